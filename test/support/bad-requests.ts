// Requests that are wrong in one way each, and what the caller is told. Used on the handlers, and over HTTP by the
// black-box suite. In a path, {subscription}, {signed} (a subscription with a secret) and {delivery} stand for ids of
// such things that exist; the request is sent with every right there is.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { problems } from '../../lambdas/contract/http/problems.ts';
import type { ProblemCode } from '../../lambdas/contract/http/problems.ts';
import { badFields, target } from './bad-fields.ts';

export type BadRequest = {
  name: string;
  method: string;
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array | undefined;
  status: number;
  code: ProblemCode;
};

type Rest = Partial<Pick<BadRequest, 'headers' | 'body'>>;

function bad(code: ProblemCode, line: string, rest: Rest & { why: string }): BadRequest {
  const [method = '', path = ''] = line.split(' ');
  const { why, headers = {}, body } = rest;
  const { status } = problems[code];
  return { name: `${line}: ${why}`, method, path, headers, body, status, code };
}

const json = { 'content-type': 'application/json' };
const tooLarge = `{"name":"${'x'.repeat(limits.bodyBytesDefault)}"}`;

/** All right but for its depth: unknown members are ignored, and a payload may be anything. */
const nestedTooDeep = `{"target_url":"${target}","scopes":["read"],"payload":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;

const jsonRoutes = [
  'POST /api/subscriptions',
  'PUT /api/subscriptions/{subscription}',
  'PATCH /api/subscriptions/{subscription}',
  'POST /api/subscriptions/{subscription}/test',
  'POST /api/subscriptions/{subscription}/rotate-secret',
  'POST /api/keys',
  'POST /api/replays',
  'POST /api/dead-letters/redrive',
];

const badBodies: [ProblemCode, string, Rest][] = [
  ['malformed-json', 'not JSON', { body: 'name=x' }],
  ['malformed-json', 'cut off', { body: '{"name":"x"' }],
  ['malformed-json', 'single quotes', { body: "{'name':'x'}" }],
  ['malformed-json', 'two values', { body: '{}{}' }],
  ['malformed-json', 'only spaces', { body: '   ' }],
  ['malformed-json', 'not UTF-8', { body: Buffer.from([0x22, 0xff, 0xfe, 0x22]) }],
  ['invalid-request', 'a list', { body: '[]' }],
  ['invalid-request', 'null', { body: 'null' }],
  ['invalid-request', 'a text', { body: '"name"' }],
  ['invalid-request', 'a number', { body: '0' }],
  ['invalid-request', 'nested too deep', { body: nestedTooDeep }],
  ['payload-too-large', 'too large', { body: tooLarge }],
  ['unsupported-media-type', 'text', { headers: { 'content-type': 'text/plain' }, body: '{}' }],
  [
    'unsupported-media-type',
    'a form',
    {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'name=x',
    },
  ],
  [
    'unsupported-media-type',
    'XML',
    { headers: { 'content-type': 'application/xml' }, body: '<a/>' },
  ],
];

const bodies = jsonRoutes.flatMap((line) =>
  badBodies.map(([code, why, rest]) => bad(code, line, { headers: json, ...rest, why })),
);

function fields(line: string, given: Record<string, unknown>): BadRequest[] {
  return Object.entries(given).map(([why, body]) =>
    bad('invalid-request', line, { why, headers: json, body: JSON.stringify(body) }),
  );
}

const creating = Object.fromEntries(
  Object.entries(badFields).map(([why, body]) => [why, { target_url: target, ...body }]),
);

const unsafeTargets = [
  'not a url',
  'javascript:alert(1)',
  'ftp://receiver.example.com/',
  'https://',
  'https://127.0.0.1/',
  'https://2130706433/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://10.1.2.3/',
  'https://user:password@receiver.example.com/',
].flatMap((url) =>
  ['POST /api/subscriptions', 'PATCH /api/subscriptions/{subscription}'].map((line) =>
    bad('unsafe-target-url', line, {
      why: url,
      headers: json,
      body: JSON.stringify({ target_url: url }),
    }),
  ),
);

const unsafeTokenUrls = ['http://10.1.2.3/token', 'https://169.254.169.254/', 'file:///x'].map(
  (url) => {
    const auth = { type: 'oauth2', token_url: url, client_id: 'c', client_secret: 's' };
    const body = JSON.stringify({ auth });
    const line = 'PATCH /api/subscriptions/{subscription}';
    return bad('unsafe-target-url', line, { why: `tokens from ${url}`, headers: json, body });
  },
);

const badQueries = [
  ...['limit=0', 'limit=-1', 'limit=abc', 'limit=1.5', 'limit=%00', 'limit=1e99'].flatMap((query) =>
    [
      '/api/subscriptions',
      '/api/deliveries',
      '/api/replays',
      '/api/dead-letters',
      '/api/subscriptions/{subscription}/deliveries',
    ].map((path) => `${path}?${query}`),
  ),
  '/api/deliveries?limit=5&limit=x',
  '/api/deliveries?status=banana',
  '/api/deliveries?status=processing',
  '/api/deliveries?event_type=order%20created',
  '/api/deliveries?event_type=%ff%fe',
  '/api/deliveries?error_code=HTTP%20500',
  `/api/subscriptions/{subscription}/deliveries?error_code=${'x'.repeat(limits.errorCodeLengthMax + 1)}`,
  '/api/deliveries?since=yesterday',
  '/api/deliveries?since=2026-02-30T00:00:00Z',
  '/api/deliveries?since=2026-01-01',
  '/api/deliveries?until=1700000000',
  '/api/deliveries?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z',
  `/api/deliveries?cursor=${'x'.repeat(2_100)}`,
  '/api/dead-letters?reason=banana',
  '/api/dead-letters?redriven=maybe',
  '/api/stats?since=now',
  '/api/stats?since=2999-01-01T00:00:00Z',
  '/api/stats?since=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z',
  '/api/subscriptions/{subscription}/stats?until=never',
].map((path) => bad('invalid-request', `GET ${path}`, { why: 'a bad query' }));

const badCursors = [
  '/api/subscriptions',
  '/api/replays',
  '/api/dead-letters',
  '/api/deliveries',
  '/api/subscriptions/{subscription}/deliveries',
]
  .flatMap((path) =>
    ['x', 'bm90IG91cnM', '%00%01', '../../etc/passwd', '%f0%28%8c%28'].map(
      (cursor) => `${path}?cursor=${cursor}`,
    ),
  )
  .map((path) => bad('invalid-cursor', `GET ${path}`, { why: 'a cursor of nobody' }));

const someSubscription = 'sub_0123456789abcdef';
const someReplay = 'rpl_0123456789abcdef';
const someDelivery = `dlv_0123456789abcdefghjkmnpqrs0123456789abcdef`;

const absent = [
  'GET /nothing',
  'GET /api',
  'GET /api/',
  'GET /api/nothing',
  'GET /api/subscriptions//',
  'GET /api/subscriptions/{subscription}/nothing',
  'POST /api/ingest',
  'GET /api/deliveries/{delivery}',
  'GET /%00',
  'GET /api/subscriptions/%2e%2e',
  ...[
    '1',
    'sub_',
    'SUB_0123456789ABCDEF',
    'dlv_x',
    '%00',
    '%zz',
    '%F0%28%8C%28',
    'a%2Fb',
    "'--",
    someSubscription,
  ].map((id) => `GET /api/subscriptions/${id}`),
  ...['1', 'dlv_', '00000000-0000-4000-8000-000000000000', someSubscription, someDelivery].map(
    (id) => `GET /api/delivery/${id}`,
  ),
  `PUT /api/subscriptions/${someSubscription}`,
  `PATCH /api/subscriptions/${someSubscription}`,
  `DELETE /api/subscriptions/${someSubscription}`,
  `POST /api/subscriptions/${someSubscription}/test`,
  `POST /api/subscriptions/${someSubscription}/rotate-secret`,
  `GET /api/subscriptions/${someSubscription}/deliveries`,
  `GET /api/subscriptions/${someSubscription}/stats`,
  `GET /api/subscriptions/${someSubscription}/health`,
  'GET /api/subscriptions/nothing/health',
  `POST /api/delivery/${someDelivery}/retry`,
  `POST /api/delivery/${someDelivery}/cancel`,
  ...['1', 'rpl_', 'RPL_0123456789ABCDEF', someSubscription, someReplay].map(
    (id) => `GET /api/replays/${id}`,
  ),
  `POST /api/replays/${someReplay}/pause`,
  `POST /api/replays/${someReplay}/resume`,
  `POST /api/replays/${someReplay}/cancel`,
  `POST /api/replays/${someReplay}/retry`,
  'DELETE /api/keys/0123456789abcdef',
  'DELETE /api/keys/x',
  `DELETE /api/keys/${'0'.repeat(3_000)}`,
  `GET /api/subscriptions/sub_${'0'.repeat(3_000)}`,
].map((line) => bad('not-found', line, { why: 'not there' }));

const wrongMethods = [
  'POST /api/health',
  'DELETE /api/subscriptions',
  'POST /api/subscriptions/{subscription}',
  'POST /api/subscriptions/{subscription}/health',
  'PUT /api/ingest/{subscription}',
  'PUT /api/delivery/{delivery}',
  'GET /api/delivery/{delivery}/retry',
  'DELETE /api/deliveries',
  'PATCH /api/keys',
  'DELETE /api/replays',
  `DELETE /api/replays/${someReplay}`,
  `GET /api/replays/${someReplay}/cancel`,
  'POST /api/dead-letters',
  'GET /api/dead-letters/redrive',
  'GET /api/keys/0123456789abcdef',
  'GET /api/subscriptions/{subscription}/rotate-secret',
  'POST /openapi.json',
  'DELETE /api/stats',
].map((line) => bad('method-not-allowed', line, { why: 'a wrong method' }));

const ingest = 'POST /api/ingest/{subscription}';

const badEvents = [
  bad('not-found', `POST /api/ingest/${someSubscription}`, {
    why: 'no such subscription',
    headers: json,
    body: '{}',
  }),
  bad('not-found', 'POST /api/ingest/1', { why: 'no id', headers: json, body: '{}' }),
  bad('payload-missing', ingest, { why: 'no body', headers: json }),
  bad('malformed-json', ingest, { why: 'cut off', headers: json, body: '{"a":' }),
  bad('malformed-json', ingest, { why: 'only spaces', headers: json, body: ' \r\n' }),
  bad('malformed-json', ingest, {
    why: 'not UTF-8',
    headers: json,
    body: Buffer.from([0x22, 0xc3, 0x28, 0x22]),
  }),
  bad('malformed-json', ingest, { why: 'NaN', headers: json, body: 'NaN' }),
  ...['json', 'text/plain, text/html', 'text/plain; charset', 'a/b; c="d'].map((type) =>
    bad('invalid-request', ingest, {
      why: `the content type ${type}`,
      headers: { 'content-type': type },
      body: '{}',
    }),
  ),
  ...['gzip;q=1', 'x'.repeat(limits.contentEncodingLengthMax + 1)].map((encoding) =>
    bad('invalid-request', ingest, {
      why: `the content encoding ${encoding.slice(0, 8)}`,
      headers: { 'content-type': 'text/plain', 'content-encoding': encoding },
      body: '{}',
    }),
  ),
  bad('payload-too-large', ingest, {
    why: 'too large',
    headers: json,
    body: `"${'x'.repeat(limits.bodyBytesDefault)}"`,
  }),
  bad('invalid-request', ingest, {
    why: 'an event type with a space',
    headers: { ...json, 'x-event-type': 'order created' },
    body: '{}',
  }),
  bad('invalid-request', ingest, {
    why: 'a long event type',
    headers: { ...json, 'x-event-type': 'x'.repeat(limits.eventTypeLengthMax + 1) },
    body: '{}',
  }),
  bad('invalid-request', `${ingest}?event_type=%3Cscript%3E`, {
    why: 'an event type with a tag',
    headers: json,
    body: '{}',
  }),
  bad('invalid-request', ingest, {
    why: 'a long Idempotency-Key',
    headers: { ...json, 'idempotency-key': 'x'.repeat(limits.idempotencyKeyLengthMax + 1) },
    body: '{}',
  }),
  bad('invalid-request', ingest, {
    why: 'a long content type',
    headers: {
      'content-type': `application/json; charset=utf-8; x=${'x'.repeat(limits.contentTypeLengthMax)}`,
    },
    body: '{}',
  }),
  ...[
    'sha256=',
    'sha256=zz',
    `sha256=${'0'.repeat(64)}`,
    `sha1=${'0'.repeat(40)}`,
    '0'.repeat(64),
  ].map((signature) =>
    bad('signature-invalid', 'POST /api/ingest/{signed}', {
      why: `signed ${signature.slice(0, 12)}`,
      headers: { ...json, 'x-hub-signature-256': signature },
      body: '{}',
    }),
  ),
];

export const badRequests: readonly BadRequest[] = [
  ...bodies,
  bad('invalid-request', 'POST /api/subscriptions', { why: 'no body' }),
  ...fields('POST /api/subscriptions', {
    ...creating,
    'nothing given': {},
    'the mask of a secret': { target_url: target, secret: '••••••' },
  }),
  ...fields('PATCH /api/subscriptions/{subscription}', badFields),
  ...fields('POST /api/keys', {
    'no scopes': { name: 'x' },
    'an empty list of scopes': { scopes: [] },
    'an unknown scope': { scopes: ['root'] },
    'scopes as a text': { scopes: 'admin' },
    'too many scopes': { scopes: ['read', 'read', 'read', 'read'] },
    'an empty name': { name: ' ', scopes: ['read'] },
  }),
  ...fields('POST /api/subscriptions/{subscription}/test', {
    'an event type that is a number': { event_type: 1 },
    'an event type with a space': { event_type: 'order created' },
  }),
  ...fields('POST /api/subscriptions/{subscription}/rotate-secret', {
    'a negative overlap': { overlap_seconds: -1 },
    'an overlap of more than seven days': { overlap_seconds: 604_801 },
    'half a second of overlap': { overlap_seconds: 0.5 },
    'an overlap in words': { overlap_seconds: '1d' },
    'an unknown type of secret': { type: 'rsa' },
    'the mask of a secret': { secret: '••••••' },
    'an empty secret': { secret: '' },
    'a short whsec_ secret': { secret: 'whsec_c2hvcnQ=' },
    'a public key': { secret: `whpk_${'A'.repeat(43)}=` },
  }),
  ...fields('POST /api/replays', {
    'a filter with a slip in its name': { subscripton_id: someSubscription },
    'a status that is open': { status: ['failed', 'parked'] },
    'no status at all': { status: [] },
    'a status as a text': { status: 'failed' },
    'an event type with a space': { event_type: 'order created' },
    'an error code in words': { error_code: 'HTTP 500' },
    'a time in words': { since: 'yesterday' },
    'a time that is a number': { until: 1_700_000_000 },
    'an empty window': { since: '2026-01-02T00:00:00Z', until: '2026-01-02T00:00:00Z' },
    'a pace of nothing': { per_second: 0 },
    'half a replay a second': { per_second: 0.5 },
    'too fast a pace': { per_second: limits.replaysPerSecondMax + 1 },
    'a dry run in words': { dry_run: 'yes' },
  }),
  ...fields('POST /api/dead-letters/redrive', {
    'a filter with a slip in its name': { id: ['ltr_0'] },
    'no ids at all': { ids: [] },
    'ids as a text': { ids: 'all' },
    'too many ids': { ids: Array.from({ length: limits.redriveIdsMax + 1 }, () => 'ltr_0') },
    'an unknown reason': { reason: 'exhausted' },
    'a pace of nothing': { per_second: 0 },
    'too fast a pace': { per_second: limits.redrivesPerSecondMax + 1 },
    'an empty cursor': { cursor: '' },
  }),
  bad('invalid-cursor', 'POST /api/dead-letters/redrive', {
    why: 'a cursor of nobody',
    headers: json,
    body: '{"cursor":"x"}',
  }),
  ...[someSubscription, 'sub_', ''].map((id) =>
    bad('not-found', 'POST /api/replays', {
      why: `the subscription "${id}"`,
      headers: json,
      body: JSON.stringify({ subscription_id: id }),
    }),
  ),
  ...unsafeTargets,
  ...unsafeTokenUrls,
  ...badQueries,
  ...badCursors,
  ...absent,
  ...wrongMethods,
  ...badEvents,
];

// Events that nobody would send, and enough of good ones among them to get past the first check.
import fc from 'fast-check';
import { routeKey, routes } from '../../lambdas/contract/http/routes.ts';

const oddTexts = [
  '',
  '%',
  '%zz',
  '\u0000',
  '\uD800',
  '../',
  '__proto__',
  'constructor',
  'null',
  '-1',
  '9'.repeat(400),
];
const text = fc.oneof(fc.string(), fc.constantFrom(...oddTexts));
const texts = fc.dictionary(text, text, { maxKeys: 4 });

/** Mostly one of the good values, else anything. */
function mostly(...good: unknown[]): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.oneof(text, fc.jsonValue()) },
  );
}

function mostlyText(...good: string[]): fc.Arbitrary<string> {
  return mostly(...good).map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
}

const fields = fc.record(
  {
    name: mostly('Orders', '', null),
    target_url: mostly('https://receiver.example.com/', 'https://10.0.0.1/', null),
    secret: mostly('s3cret', '••••••', '', null),
    event_types: mostly(['a.b'], ['*', 'a.*'], [], null),
    status: mostly('active', 'inactive'),
    retry_schedule: mostly('fast', [1, 2], null),
    timeout_ms: mostly(5_000, null, 0),
    scopes: mostly(['admin'], ['read', 'publish'], []),
    event_type: mostly('a.b'),
    payload: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

const body = fc.oneof(
  { weight: 6, arbitrary: fields.map((members) => JSON.stringify(members)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: text },
);

const headers = fc.record(
  {
    'content-type': mostlyText('application/json', 'application/json; charset=utf-8'),
    authorization: text.map((value) => `Bearer ${value}`),
    'x-event-type': mostlyText('a.b'),
    'x-hub-signature-256': mostlyText(`sha256=${'0'.repeat(64)}`),
    'idempotency-key': mostlyText('once', 'twice'),
  },
  { requiredKeys: [] },
);

const query = fc.record(
  {
    limit: mostlyText('1', '100', '0'),
    cursor: text,
    since: mostlyText('2034-12-31T23:59:59.123+02:00', '0000-01-01T00:00:00Z'),
    until: mostlyText('2035-01-15T12:00:00Z', '9999-12-31T23:59:59Z'),
    status: mostlyText('pending', 'delivered'),
    event_type: mostlyText('a.b'),
    subscription_id: text,
  },
  { requiredKeys: [] },
);

const method = fc.constantFrom(
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'get',
  '',
);
const allRoutes = Object.values(routes);

/** @param ids of things that exist */
export function arbitraryEvent(ids: readonly string[]): fc.Arbitrary<unknown> {
  const id = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...ids) },
    { weight: 1, arbitrary: text },
  );
  const common = {
    headers: fc.oneof({ weight: 4, arbitrary: headers }, { weight: 1, arbitrary: texts }),
    pathParameters: fc.oneof(
      { weight: 9, arbitrary: fc.record({ id }) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    body: fc.option(body),
  };
  const httpApi = fc.record({
    ...common,
    version: fc.constant('2.0'),
    routeKey: fc.constantFrom(...allRoutes.map(routeKey), '$default'),
    rawPath: text,
    rawQueryString: fc.oneof(
      text,
      query.map((members) => new URLSearchParams(members).toString()),
    ),
    requestContext: fc.record({ http: fc.record({ method }), requestId: text, stage: text }),
    isBase64Encoded: fc.constantFrom(false, false, true),
  });
  const restApi = fc.oneof(
    ...allRoutes.map((route) =>
      fc.record({
        ...common,
        resource: fc.constant(route.path as string),
        httpMethod: fc.oneof(
          { weight: 4, arbitrary: fc.constant(route.method as string) },
          { weight: 1, arbitrary: method },
        ),
        path: text,
        queryStringParameters: fc.option(fc.oneof(query, texts)),
        requestContext: fc.record({ requestId: text }),
        isBase64Encoded: fc.constantFrom(false, false, true),
      }),
    ),
  );
  return fc.oneof(
    { weight: 5, arbitrary: httpApi },
    { weight: 5, arbitrary: restApi },
    { weight: 1, arbitrary: fc.anything() },
  );
}

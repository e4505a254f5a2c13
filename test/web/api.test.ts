import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { routeKey, routes } from '../../lambdas/contract/http/routes.ts';
import { hubSignature as expectedSignature } from '../../lambdas/core/signing/signature.ts';
import { signingSecret } from '../../lambdas/contract/signing/signing-secret.ts';
import { lines } from '../../web/api/calls.ts';
import { deliveryCommand, ingestCommand, quoted } from '../../web/api/curl.ts';
import { Failure, failureOf, failureOfFetch } from '../../web/api/failure.ts';
import { hubSignature, newSecret } from '../../web/api/signing.ts';
import { pathOf, searchOf } from '../../web/api/url.ts';

test('every call is one of the contract', () => {
  for (const [id, line] of Object.entries(lines)) {
    expect(routeKey(routes[id as keyof typeof lines])).toBe(line);
  }
});

test('a path is relative to the base, with its id and query encoded', () => {
  expect(pathOf('GET /api/delivery/{id}', { id: 'a/b?c' })).toEqual({
    method: 'GET',
    path: 'api/delivery/a%2Fb%3Fc',
  });
  expect(
    pathOf('GET /api/deliveries', { query: { status: 'failed', cursor: '', limit: 5 } }),
  ).toEqual({ method: 'GET', path: 'api/deliveries?status=failed&limit=5' });
});

test('a query without values is none', () => {
  expect(searchOf({ a: '', b: undefined, c: null })).toBe('');
});

test.each(['a secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'ключ'])(
  'the signature is the one that ingest verifies: %j',
  async (secret) => {
    const body = '{"order":42,"é":"✓"}';
    expect(await hubSignature(secret, body)).toBe(expectedSignature(secret, Buffer.from(body)));
  },
);

test('a new secret is one that the API takes, and another each time', () => {
  const secrets = Array.from({ length: 20 }, newSecret);
  expect(new Set(secrets).size).toBe(20);
  for (const secret of secrets) expect(signingSecret.safeParse(secret).success).toBe(true);
});

test.each(["it's", '$(id)', '`id`', '"', String.raw`\ `, 'a\nb', ''])(
  'a shell takes %j for one word, as it is',
  (text) => {
    const { stdout } = spawnSync('sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' });
    expect(stdout).toBe(text);
  },
);

const about = { url: 'http://127.0.0.1/api/ingest/sub_1', eventType: 'order.created' };

test('a command for ingest has variables in the places of secrets', () => {
  const signed = ingestCommand({ ...about, isSigned: true, usesKey: false });
  expect(signed).toContain('-hmac "$SECRET"');
  expect(signed).toContain('-H "X-Hub-Signature-256: $SIGNATURE"');
  const withKey = ingestCommand({ ...about, isSigned: false, usesKey: true });
  expect(withKey).toContain('-H "Authorization: Bearer $KEY"');
  expect(withKey).not.toContain('SIGNATURE');
});

const aRequest = {
  id: 'dlv_1',
  event_type: null,
  content_type: 'application/json',
  content_encoding: null,
  payload_raw: '{}',
  payload_encoding: 'utf-8' as const,
  targetUrl: 'https://example.com/',
};

/** Runs a command with a curl that prints the body that it would send, and its arguments on the side. */
function run(command: string) {
  const curl = `curl() {
    for last; do :; done
    printf '%s\\001' "$@" >&2
    if [ "$last" = @- ]; then cat; else printf %s "$last"; fi
  }`;
  const { stdout, stderr } = spawnSync('sh', { input: `${curl}\n${command}` });
  return { body: stdout, words: stderr.toString().split('\u0001') };
}

test.each([
  ['JSON', Buffer.from(`{"a":"'$(id)\\\\\r\n"}`)],
  ['what looks like the name of a file', Buffer.from('@/etc/passwd')],
  ['NUL', Buffer.from('a\0b')],
  ['what is not UTF-8', Buffer.from([0xff, 0, 0x0d, 0x0a])],
  ['more than an argument can be', Buffer.from('é'.repeat(150_000))],
])('a command for a delivery sends %s byte for byte', (_, bytes) => {
  const isText = Buffer.from(bytes.toString()).equals(bytes);
  const { body, words } = run(
    deliveryCommand({
      ...aRequest,
      content_type: 'multipart/mixed; boundary="a b"',
      content_encoding: 'gzip',
      payload_raw: bytes.toString(isText ? 'utf8' : 'base64'),
      payload_encoding: isText ? 'utf-8' : 'base64',
    }),
  );
  expect(body.equals(bytes)).toBe(true);
  expect(words).toContain('Content-Type: multipart/mixed; boundary="a b"');
  expect(words).toContain('Content-Encoding: gzip');
  // curl itself reads the file that a word of --data-binary names.
  expect(words.at(-3)).toBe(words.at(-2) === '@-' ? '--data-binary' : '--data-raw');
});

test('a command for a delivery quotes what is hostile in it', () => {
  const command = deliveryCommand({
    ...aRequest,
    payload_raw: `{"a":"'; rm -rf / #"}`,
    targetUrl: 'https://example.com/?a=$(id)',
  });
  const echo = command.replace(/^curl/, 'printf "%s\\n"');
  const { stdout } = spawnSync('sh', ['-c', echo], { encoding: 'utf8' });
  expect(stdout).toContain('https://example.com/?a=$(id)\n');
  expect(stdout).toContain(`{"a":"'; rm -rf / #"}\n`);
});

test('a problem of the API becomes a failure with its sentence, code and fields', () => {
  const fields = [{ pointer: '/name', detail: 'is too long' }];
  const failure = failureOf(400, {
    error: 'The request is not valid',
    code: 'invalid-request',
    errors: fields,
    instance: 'r-1',
  });
  expect(failure).toMatchObject({
    message: 'The request is not valid',
    code: 'invalid-request',
    status: 400,
    fields,
    requestId: 'r-1',
  });
});

test.each([undefined, null, 'text', { message: 'Forbidden' }, { error: 1, errors: {} }])(
  'an answer that is no problem document becomes a failure too: %j',
  (body) => {
    expect(failureOf(502, body)).toMatchObject({
      message: 'The response status was 502',
      fields: [],
    });
  },
);

test('a call that takes too long and a service that is away are told apart', () => {
  const named = (name: string) => Object.assign(new Error(name), { name });
  expect(failureOfFetch(named('TimeoutError'))).toMatchObject({ code: 'too-slow' });
  expect(failureOfFetch(named('TypeError'))).toMatchObject({ code: 'unreachable' });
  expect(failureOfFetch(named('AbortError'))).not.toBeInstanceOf(Failure);
});

// HTTP at the edge (RFC 9110, RFC 9112): each answer is what the standard says, and a problem document where it is none.
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';

let server: LocalServer;
let host: string;

beforeAll(async () => {
  server = await startLocalServer({ DATA_DIR: ':memory:' });
  ({ host } = new URL(server.url));
});

afterAll(() => server.stop());

/** What comes back until the server ends the connection. */
async function answerTo(
  ...lines: string[]
): Promise<{ status: number; head: string; body: string }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write([...lines, 'Connection: close', '', ''].join('\r\n'));
  await new Promise((resolve) => socket.on('close', resolve));
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head: head.toLowerCase(), body };
}

const health = 'GET /api/health HTTP/1.1';
const itsHost = () => `Host: ${host}`;

describe('a request that is refused gets a problem document', () => {
  test.each<[string, string[], number, string]>([
    [
      '20 KB of headers',
      [health, 'Host: localhost', `X: ${'x'.repeat(20_000)}`],
      431,
      'headers-too-large',
    ],
    [
      'a URL of 20 KB',
      [`GET /${'x'.repeat(20_000)} HTTP/1.1`, 'Host: localhost'],
      414,
      'uri-too-long',
    ],
    [
      'a URL of 9 KB',
      [`GET /api/deliveries?cursor=${'x'.repeat(9_000)} HTTP/1.1`, 'Host: localhost'],
      414,
      'uri-too-long',
    ],
    [
      'a URL of 8 KB, with headers that are too large',
      [`GET /${'x'.repeat(8_000)} HTTP/1.1`, 'Host: localhost', `X: ${'x'.repeat(20_000)}`],
      431,
      'headers-too-large',
    ],
    ['two hosts', [health, 'Host: localhost', 'Host: evil.example'], 400, 'invalid-request'],
    ['no HTTP', ['this is none'], 400, 'invalid-request'],
    ['another expectation', [health, 'Host: localhost', 'Expect: cake'], 417, 'expectation-failed'],
    [
      'a URL of elsewhere',
      ['GET http://evil.example/api/health HTTP/1.1', 'Host: localhost'],
      400,
      'invalid-request',
    ],
    [
      'Content-Length beside chunked',
      [health, 'Host: localhost', 'Content-Length: 1', 'Transfer-Encoding: chunked'],
      400,
      'invalid-request',
    ],
    ['a user in Host', [health, 'Host: evil.example@127.0.0.1'], 403, 'forbidden'],
    ['a path in Host', [health, 'Host: 127.0.0.1/.evil.example'], 403, 'forbidden'],
    ['a fragment in Host', [health, 'Host: 127.0.0.1#.evil.example'], 403, 'forbidden'],
  ])('%s', async (...[, lines, status, code]) => {
    const answer = await answerTo(...lines);
    expect(answer.status).toBe(status);
    expect(answer.head).toContain('content-type: application/problem+json');
    expect(JSON.parse(answer.body)).toMatchObject({ code, status });
  });
});

test('a URL of 8 KB is read', async () => {
  const url = `/api/deliveries?cursor=${'x'.repeat(8_000)}`;
  const { body } = await answerTo(`GET ${url} HTTP/1.1`, itsHost());
  expect(JSON.parse(body)).toMatchObject({ errors: [{ pointer: 'query/cursor' }] });
});

test('HEAD is answered as GET, without its body', async () => {
  const [get, head] = [
    await answerTo(health, itsHost()),
    await answerTo('HEAD /api/health HTTP/1.1', itsHost()),
  ];
  expect([head.status, head.body]).toEqual([200, '']);
  expect(head.head).toContain(`content-length: ${get.body.length}`);
});

test.each(['/api/health/', '/subscriptions/', '/dev/inbox/'])(
  '%s is the path without the slash',
  async (path) => {
    const [slashed, plain] = [
      await answerTo(`GET ${path} HTTP/1.1`, itsHost()),
      await answerTo(`GET ${path.slice(0, -1)} HTTP/1.1`, itsHost()),
    ];
    expect([slashed.status, slashed.body]).toEqual([200, plain.body]);
  },
);

test('the whole URL of a path of its own is that path', async () => {
  expect((await answerTo(`GET ${server.url}/api/health HTTP/1.1`, itsHost())).status).toBe(200);
});

test.each(['/api/health', '/', '/dev/inbox', '/api/nothing'])(
  '%s can be embedded by no page elsewhere',
  async (path) => {
    const { head } = await answerTo(`GET ${path} HTTP/1.1`, itsHost());
    expect(head).toContain('x-content-type-options: nosniff');
    expect(head).toContain('cross-origin-resource-policy: same-origin');
  },
);

test('a picture of a page elsewhere calls nothing, though a link may lead here', async () => {
  const site = 'Sec-Fetch-Site: cross-site';
  const asPicture = await answerTo(health, itsHost(), site, 'Sec-Fetch-Mode: no-cors');
  expect(asPicture.status).toBe(403);
  const byLink = ['GET / HTTP/1.1', itsHost(), site, 'Sec-Fetch-Mode: navigate'];
  expect((await answerTo(...byLink)).status).toBe(200);
  const intoInbox = ['GET /dev/inbox/x HTTP/1.1', itsHost(), site, 'Sec-Fetch-Mode: navigate'];
  expect((await answerTo(...intoInbox)).status).toBe(403);
});

// What goes over the wire, and what comes back of it.
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { SendRequest } from '../../../lambdas/core/deliveries/send-result.ts';
import { closed, rawServer } from './raw-server.ts';
import { aRequest, aSender } from './setup.ts';

const noContent = 'HTTP/1.1 204 No Content\r\n\r\n';

describe('a request', () => {
  test('has the path, the headers and the very bytes that were given', async () => {
    const server = await rawServer({ onRequest: (socket) => socket.write(noContent) });
    const body = Buffer.from([0, 1, 13, 10, 13, 10, 127, 128, 255]);
    const headers = { 'Content-Type': 'application/octet-stream', 'webhook-id': 'msg_1' };
    const url = `http://a.localhost:${server.port}/a%20b/ü?c=d&e`;
    await aSender().send(aRequest(url, { headers, body }));
    expect(server.requests).toEqual([
      [
        'POST /a%20b/%C3%BC?c=d&e HTTP/1.1',
        `host: a.localhost:${server.port}`,
        'Content-Type: application/octet-stream',
        'webhook-id: msg_1',
        'accept-encoding: identity',
        'content-length: 9',
        'Connection: keep-alive',
        '',
        body.toString('latin1'),
      ].join('\r\n'),
    ]);
  });

  test('may be a GET, without a body', async () => {
    const server = await rawServer({ onRequest: (socket) => socket.write(noContent) });
    const url = `http://127.0.0.1:${server.port}/a`;
    await aSender().send(aRequest(url, { method: 'GET', headers: {}, body: new Uint8Array() }));
    expect(server.requests).toEqual([expect.stringMatching(/^GET \/a HTTP\/1\.1\r\n/)]);
  });

  test.each([0, 1, 65_536, limits.bodyBytesMax])('has a body of exactly %i bytes', async (size) => {
    const server = await rawServer({ onRequest: (socket) => socket.write(noContent) });
    const body = Buffer.alloc(size, 'é');
    const result = await aSender().send(aRequest(`http://127.0.0.1:${server.port}/`, { body }));
    expect(result).toMatchObject({ kind: 'response', statusCode: 204 });
    const [request = ''] = server.requests;
    expect(request).toContain(`content-length: ${size}\r\n`);
    expect(request.endsWith(`\r\n\r\n${body.toString('latin1')}`)).toBe(true);
  });

  test.each([
    ['a line break in a value', { 'x-a': 'b\r\nx-injected: 1' }],
    ['a NUL in a value', { 'x-a': 'b\0' }],
    ['a character beyond Latin-1', { 'x-a': '日本' }],
    ['a name that is no token', { 'x a': 'b' }],
    ['an empty name', { '': 'b' }],
    ['a length of its own', { 'Content-Length': '5' }],
    ['another host', { HOST: 'evil.example.com' }],
    ['chunks', { 'transfer-encoding': 'chunked' }],
    ['an upgrade', { upgrade: 'h2c' }],
    ['an expectation', { expect: '100-continue' }],
  ])('with %s is not sent', async (_fault, headers) => {
    const server = await rawServer({});
    const result = await aSender().send(aRequest(`http://127.0.0.1:${server.port}/`, { headers }));
    expect(result).toMatchObject({ kind: 'error', code: 'send_failed' });
    expect(JSON.stringify(result)).not.toContain('injected');
    expect(server.sockets).toEqual([]);
  });
});

describe('a response', () => {
  const respond = async (head: string, body: string | Buffer = '') => {
    const { port } = await rawServer({
      onRequest: (socket) => {
        socket.write(
          `HTTP/1.1 200 OK\r\n${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`,
        );
        socket.write(body);
      },
    });
    return aSender().send(aRequest(`http://127.0.0.1:${port}/`));
  };

  test.each([999, 1_000, 1_001, 5_000, 65_536])(
    'of %i characters is kept up to 1,000',
    async (size) => {
      expect(await respond('', 'y'.repeat(size))).toMatchObject({
        statusCode: 200,
        body: 'y'.repeat(Math.min(size, 1_000)),
        truncated: size > 1_000,
      });
    },
  );

  test.each([
    ['in chunks', 'transfer-encoding: chunked\r\n\r\nfffffff\r\n'],
    ['of announced length', 'content-length: 10000000\r\n\r\n'],
    ['without length', '\r\n'],
  ])('%s and too long loses its connection before its deadline', async (_how, head) => {
    const { port, sockets } = await rawServer({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\n${head}`);
        // Just beyond what is read at all: an endless body would be cut off in any case.
        socket.write('y'.repeat(limits.responseBytesReadMax + 1));
      },
    });
    const request = aRequest(`http://127.0.0.1:${port}/`, { timeoutMs: 10_000 });
    const result = await aSender().send(request);
    expect(result).toMatchObject({ body: 'y'.repeat(1_000), truncated: true });
    expect(result.durationMs).toBeLessThan(5_000);
    await closed(sockets[0]!);
  });

  test('that fits leaves its connection open', async () => {
    const { port, sockets } = await rawServer({
      onRequest: (socket) => {
        socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${limits.responseBytesReadMax}\r\n\r\n`);
        socket.write('y'.repeat(limits.responseBytesReadMax));
      },
    });
    const sender = aSender();
    await sender.send(aRequest(`http://127.0.0.1:${port}/`));
    await sender.send(aRequest(`http://127.0.0.1:${port}/`));
    expect(sockets).toHaveLength(1);
  });

  test('that was compressed, though nobody asked for it, is kept as text', async () => {
    const head = 'content-encoding: gzip\r\ncontent-type: text/plain; charset=latin1\r\n';
    expect(await respond(head, gzipSync(Buffer.from('grüß', 'latin1')))).toMatchObject({
      body: 'grüß',
      truncated: false,
    });
  });

  test('whose encoding nobody knows is told by its size', async () => {
    const result = await respond('content-encoding: zstd\r\n', Buffer.alloc(9_000));
    expect(result).toMatchObject({ body: '[9000 bytes of zstd]', truncated: false });
  });

  test.each([
    ['\r\n', null],
    ['\n', 'a line of the head ends in a bare line feed'],
  ])('that redirects says where, with lines that end in %j', async (lineEnd, malformed) => {
    const lines = [
      'HTTP/1.1 308 Moved',
      'Location: /login?next=secret',
      'content-length: 0',
      '',
      '',
    ];
    const { port } = await rawServer({
      onRequest: (socket) => socket.write(lines.join(lineEnd)),
    });
    const url = `http://127.0.0.1:${port}/`;
    expect(await aSender().send(aRequest(url))).toMatchObject({
      statusCode: 308,
      redirectsTo: `${url}login`,
      malformed,
    });
  });

  test('that is malformed has the headers that matter, too', async () => {
    const { port } = await rawServer({
      onRequest: (socket) =>
        socket.write(
          'HTTP/1.1 503 Busy\nRetry-After: Wed, 21 Oct 2026 07:28:00 GMT\n' +
            'Webhook-Delivery : disable\nContent-Encoding: zstd\n\nbody',
        ),
    });
    const result = await aSender().send(aRequest(`http://127.0.0.1:${port}/`));
    expect(result).toMatchObject({
      statusCode: 503,
      headers: { 'webhook-delivery': 'disable' },
      retryAfterAt: Date.UTC(2026, 9, 21, 7, 28),
      body: '[4 bytes of zstd]',
      timings: { firstByteMs: expect.any(Number) as number },
    });
  });

  test('passes on the headers that matter, the first value of each', async () => {
    const head =
      'Retry-After: 120\r\nretry-after: 5\r\nWebhook-Delivery: pause\r\n' +
      'webhook-delivery: other\r\nset-cookie: a=b\r\n';
    expect(await respond(head)).toMatchObject({
      headers: { 'retry-after': '120', 'webhook-delivery': 'pause' },
      retryAfterAt: null,
    });
    expect(await respond('')).toHaveProperty('headers', {});
  });

  test('passes on the date of Retry-After as a time', async () => {
    const result = await respond('retry-after: Wed, 21 Oct 2026 07:28:00 GMT\r\n');
    expect(result).toMatchObject({ retryAfterAt: Date.UTC(2026, 9, 21, 7, 28) });
  });
});

test('measures with the clock that it is given', async () => {
  let nowMs = 5_000;
  const server = await rawServer({
    onRequest: (socket) => {
      nowMs += 70.4;
      socket.write(noContent);
    },
  });
  const sender = aSender({ clock: { now: () => nowMs } });
  expect(await sender.send(aRequest(`http://127.0.0.1:${server.port}/`))).toMatchObject({
    durationMs: 70,
    timings: { dnsMs: null, connectMs: 0, tlsMs: null, firstByteMs: 70 },
  });
});

test('has a result for whatever URL, headers and body it is given', async () => {
  const sender = aSender();
  const request = fc.record({
    url: fc.oneof(
      fc.string(),
      fc.webUrl({ withFragments: true }).map((url) => `${url}:70000`),
    ),
    headers: fc.dictionary(fc.string(), fc.string()),
    body: fc.uint8Array(),
    owner: fc.string(),
    timeoutMs: fc.nat().map((ms) => ms + 1),
  });
  await fc.assert(
    fc.asyncProperty(request, async (given) => {
      const result = await sender.send(given);
      expect(result).toMatchObject({ kind: 'error', detail: expect.any(String) as string });
    }),
    { numRuns: 300 },
  );
  const broken = { ...aRequest(''), url: 5 } as unknown as SendRequest;
  expect(await sender.send(broken)).toMatchObject({ kind: 'error', code: 'invalid_url' });
});

test('gives back what it breaks over before a packet left', async () => {
  const { port, sockets } = await rawServer({});
  const about = { headers: null } as unknown as Partial<SendRequest>;
  const sent = aSender().send(aRequest(`http://127.0.0.1:${port}/`, about));
  await expect(sent).rejects.toMatchObject({ name: 'UnsentError', fault: 'broken' });
  expect(sockets).toEqual([]);
});

test.each([Number.NaN, 0, -5])('gives back what has %d ms left', async (timeoutMs) => {
  const { port, sockets } = await rawServer({});
  const sent = aSender().send(aRequest(`http://127.0.0.1:${port}/`, { timeoutMs }));
  await expect(sent).rejects.toMatchObject({ name: 'UnsentError', fault: 'no_time' });
  expect(sockets).toEqual([]);
});

// Connections that are kept, and the requests that must be neither lost nor doubled when one breaks.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits.ts';
import { certificateAuthority } from './certificates.ts';
import { closed, rawServer, reset, type RawBehaviour } from './raw-server.ts';
import { aRequest, aSender } from './setup.ts';

const authority = certificateAuthority();
const tls = authority.issue(['a.localhost', 'b.localhost']);
const answer = (body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const answering: RawBehaviour = {
  onRequest: (socket, count) => socket.write(answer(`answer ${count}`)),
};

describe.each(['http', 'https'])('over %s, a connection', (scheme) => {
  const server = (behaviour: RawBehaviour) =>
    rawServer({ ...behaviour, tls: scheme === 'https' ? tls : undefined });

  test('is used again', async () => {
    const { port, sockets } = await server(answering);
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`${scheme}://a.localhost:${port}/`);
    const results = [];
    for (let sent = 0; sent < 3; sent += 1) results.push(await sender.send(request));
    expect(results).toMatchObject([
      { body: 'answer 1', timings: { connectMs: expect.any(Number) as number } },
      { body: 'answer 2', timings: { connectMs: null, tlsMs: null } },
      { body: 'answer 3', timings: { connectMs: null, tlsMs: null } },
    ]);
    expect(sockets).toHaveLength(1);
  });

  test('is not shared by two hosts at one address', async () => {
    const { port, sockets } = await server(answering);
    const sender = aSender({ ca: authority.ca });
    await sender.send(aRequest(`${scheme}://a.localhost:${port}/`));
    await sender.send(aRequest(`${scheme}://b.localhost:${port}/`));
    expect(sockets).toHaveLength(2);
  });

  test.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => void socket.end()],
    ['reset', reset],
  ])('that was %s while idle is replaced, and the request arrives once', async (_how, breakIt) => {
    const { port, sockets, requests } = await server(answering);
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`${scheme}://a.localhost:${port}/`);
    await sender.send(request);
    breakIt(sockets[0]!);
    // At once: whether the client has seen the end or not, it must not lose the request.
    expect(await sender.send(request)).toMatchObject({ kind: 'response', body: 'answer 2' });
    expect(requests).toHaveLength(2);
    expect(sockets).toHaveLength(2);
  });

  test.each(['close', 'reset'])(
    'that gets a %s after the whole second request fails the attempt without another POST',
    async (how) => {
      const { port, sockets, requests } = await server({
        onRequest: (socket, count) => {
          if (count === 1) socket.write(answer('first'));
          else if (how === 'reset') reset(socket);
          else socket.end();
        },
      });
      const sender = aSender({ ca: authority.ca });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      await sender.send(request);
      expect(await sender.send(request)).toMatchObject({ kind: 'error', code: 'connection_reset' });
      expect(requests).toHaveLength(2);
      expect(sockets).toHaveLength(1);
    },
  );

  test('on which bytes came unasked is not used again', async () => {
    const { port, sockets } = await server(answering);
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`${scheme}://a.localhost:${port}/`);
    await sender.send(request);
    sockets[0]!.write(answer('poison'));
    await closed(sockets[0]!);
    expect(await sender.send(request)).toMatchObject({ body: 'answer 2' });
  });

  test('with two responses to one request is not used again', async () => {
    const { port, sockets } = await server({
      onRequest: (socket, count) =>
        socket.write(count === 1 ? answer('first') + answer('poison') : answer('second')),
    });
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`${scheme}://a.localhost:${port}/`);
    expect(await sender.send(request)).toMatchObject({ body: 'first' });
    expect(await sender.send(request)).toMatchObject({ body: 'second' });
    expect(sockets).toHaveLength(2);
  });
});

test('a connection with unasked bytes that nobody has read yet is not used again', async () => {
  const { port, sockets } = await rawServer(answering);
  const sender = aSender();
  const request = aRequest(`http://127.0.0.1:${port}/`);
  await sender.send(request);
  sockets[0]!.write(answer('poison'));
  // At once: the bytes are in the kernel.
  expect(await sender.send(request)).toMatchObject({ body: 'answer 2' });
});

test.each([
  ['asks to close it', 'connection: close\r\n'],
  ['keeps it for a second', 'keep-alive: timeout=1\r\n'],
])('a connection is not used again where the server %s', async (_why, header) => {
  const { port, sockets } = await rawServer({
    onRequest: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 0\r\n\r\n`),
  });
  const sender = aSender();
  await sender.send(aRequest(`http://127.0.0.1:${port}/`));
  await sender.send(aRequest(`http://127.0.0.1:${port}/`));
  expect(sockets).toHaveLength(2);
});

test('a connection is given up when the answer came before the request was out', async () => {
  const { port } = await rawServer({
    onConnection: (socket) => {
      socket.pause();
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n');
    },
  });
  const bounds = { ...limits, socketsPerOriginMax: 1, socketsMax: 1 };
  const sender = aSender({ bounds });
  const body = Buffer.alloc(16 * 1_024 * 1_024);
  for (let times = 0; times < 2; times += 1) {
    const result = await sender.send(aRequest(`http://127.0.0.1:${port}/`, { body }));
    expect(result).toMatchObject({ kind: 'response', statusCode: 413 });
  }
});

describe('connections are bounded', () => {
  const bounds = { ...limits, socketsPerOriginMax: 2, socketsMax: 3 };

  test('by the time that they may be idle', async () => {
    const { port, sockets } = await rawServer(answering);
    const sender = aSender({ bounds: { ...bounds, socketIdleMs: 50 } });
    await sender.send(aRequest(`http://127.0.0.1:${port}/`));
    await closed(sockets[0]!);
  });

  test('in number per origin, and attempts wait for one', async () => {
    const { port, sockets, requests } = await rawServer(answering);
    const sender = aSender({ bounds });
    const request = aRequest(`http://127.0.0.1:${port}/`);
    const results = await Promise.all(Array.from({ length: 12 }, () => sender.send(request)));
    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'response'));
    expect(requests).toHaveLength(12);
    expect(sockets).toHaveLength(2);
  });

  test('in number overall, and an idle one makes room for another origin', async () => {
    const servers = await Promise.all([1, 2, 3, 4, 5].map(() => rawServer(answering)));
    const sender = aSender({ bounds });
    for (const { port } of servers) {
      const result = await sender.send(aRequest(`http://127.0.0.1:${port}/`));
      expect(result).toMatchObject({ kind: 'response' });
    }
    const [first, second] = servers.flatMap(({ sockets }) => sockets);
    await Promise.all([closed(first!), closed(second!)]);
    const left = servers.flatMap(({ sockets }) => sockets).filter((socket) => !socket.closed);
    expect(left).toHaveLength(3);
  });

  test('and an attempt that gets none in time says so', async () => {
    const { port } = await rawServer({});
    const sender = aSender({ bounds: { ...bounds, socketsPerOriginMax: 1 } });
    const url = `http://127.0.0.1:${port}/`;
    const results = await Promise.all(
      [300, 150].map((timeoutMs) => sender.send(aRequest(url, { timeoutMs }))),
    );
    expect(results).toMatchObject([{ code: 'response_timeout' }, { code: 'connect_timeout' }]);
  });

  test('and every failure gives its place back', async () => {
    const { port, server } = await rawServer({});
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const refused = (gone.address() as AddressInfo).port;
    gone.close();
    await once(gone, 'close');
    const sender = aSender({ bounds: { ...bounds, socketsMax: 1 } });
    const request = { timeoutMs: 100 };
    for (let times = 0; times < 3; times += 1) {
      expect(await sender.send(aRequest(`http://127.0.0.1:${refused}/`, request))).toMatchObject({
        code: 'connect_refused',
      });
      expect(await sender.send(aRequest(`http://127.0.0.1:${port}/`, request))).toMatchObject({
        code: 'response_timeout',
      });
      expect(await sender.send(aRequest(`https://127.0.0.1:${port}/`, request))).toMatchObject({
        code: 'tls_timeout',
      });
    }
    expect(server.listening).toBe(true);
  });
});

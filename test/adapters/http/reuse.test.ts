// Connections that are kept, and the requests that must be neither lost nor doubled when one breaks.
import { connect, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { certificateAuthority } from './certificates.ts';
import { malformedFramings } from './malformed-framings.ts';
import { closed, rawServer, reset, type RawBehaviour } from './raw-server.ts';
import { aRequest, aSender, timedSend } from './setup.ts';

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

  describe.each<[string, (socket: Socket) => void]>([
    ['closed', (socket) => void socket.end()],
    ['reset', reset],
  ])('that is %s after a whole request', (_how, breakIt) => {
    const breaking = (broken: readonly number[]) =>
      server({
        onRequest: (socket, count) => {
          if (broken.includes(count)) breakIt(socket);
          else socket.write(answer(`answer ${count}`));
        },
      });

    test('is replaced once, where it was used before', async () => {
      const { port, sockets, requests } = await breaking([2]);
      const sender = aSender({ ca: authority.ca });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      await sender.send(request);
      expect(await sender.send(request)).toMatchObject({ kind: 'response', body: 'answer 3' });
      expect(requests).toHaveLength(3);
      expect(requests[2]).toBe(requests[1]);
      expect(sockets).toHaveLength(2);
    });

    test('is not replaced twice', async () => {
      const { port, requests } = await breaking([2, 3]);
      const sender = aSender({ ca: authority.ca });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      await sender.send(request);
      expect(await sender.send(request)).toMatchObject({ kind: 'error', code: 'connection_reset' });
      expect(requests).toHaveLength(3);
    });

    test('is not replaced where it was new', async () => {
      const { port, requests } = await breaking([1]);
      const sender = aSender({ ca: authority.ca });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      expect(await sender.send(request)).toMatchObject({ kind: 'error', code: 'connection_reset' });
      expect(requests).toHaveLength(1);
    });

    test('is not replaced where an answer has begun', async () => {
      const { port, requests, sockets } = await server({
        onRequest: (socket, count) => {
          if (count === 1) socket.write(answer('first'));
          else socket.write('H', () => setImmediate(breakIt, socket));
        },
      });
      const sender = aSender({ ca: authority.ca });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      await sender.send(request);
      expect(await sender.send(request)).toMatchObject({ kind: 'error' });
      expect(requests).toHaveLength(2);
      expect(sockets).toHaveLength(1);
    });

    test('is replaced within the deadline and the place of the attempt', async () => {
      const { port, requests } = await server({
        onRequest: (socket, count) => {
          if (count === 1) socket.write(answer('first'));
          if (count === 2) setTimeout(breakIt, 200, socket);
        },
      });
      const bounds = { ...limits, socketsPerOriginMax: 1, socketsMax: 1, placeWaitMsMax: 50 };
      const sender = aSender({ ca: authority.ca, bounds });
      const request = aRequest(`${scheme}://a.localhost:${port}/`);
      await sender.send(request);
      const { result, lateMs } = await timedSend(sender, { ...request, timeoutMs: 400 });
      expect(result).toMatchObject({ kind: 'error', code: 'response_timeout' });
      expect(lateMs).toBeLessThan(200);
      expect(requests).toHaveLength(3);
    });
  });

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

test('a want of ours does not undo an attempt whose request left', async () => {
  const { port } = await rawServer({
    onRequest: (socket, count) => (count === 1 ? socket.write(answer('first')) : reset(socket)),
  });
  const dials = [
    () => connect(port, '127.0.0.1'),
    () => new Socket().destroy(Object.assign(new Error(), { code: 'EMFILE' })),
  ];
  const sender = aSender({ dial: () => dials.shift()!() });
  await sender.send(aRequest(`http://127.0.0.1:${port}/`));
  expect(await sender.send(aRequest(`http://127.0.0.1:${port}/`))).toMatchObject({
    kind: 'error',
    code: 'connection_reset',
  });
  expect(dials).toEqual([]);
});

// What cannot be framed for sure may hold another answer: of the server, or of whoever got text into its headers.
describe.each(Object.entries(malformedFramings))('an answer with %s', (_what, { text }) => {
  const malformed: RawBehaviour = {
    onRequest: (socket, count) => socket.write(count === 1 ? text : answer(`answer ${count}`)),
  };
  const poisoned = (socket: Socket): void => void socket.write(answer('poison'));

  test.each<[string, RawBehaviour, number]>([
    ['alone', malformed, 0],
    [
      'with poison right behind it',
      {
        onRequest: (socket, count) =>
          socket.write(count === 1 ? text + answer('poison') : answer(`answer ${count}`)),
      },
      0,
    ],
    [
      'with poison later',
      {
        onRequest: (socket, count) => {
          socket.write(count === 1 ? text : answer(`answer ${count}`));
          if (count === 1) setImmediate(poisoned, socket);
        },
      },
      0,
    ],
    [
      'and poison, on a connection that was used before',
      {
        onRequest: (socket, count) =>
          socket.write(count === 2 ? text + answer('poison') : answer(`answer ${count}`)),
      },
      1,
    ],
  ])('%s counts once and is the last of its connection', async (_how, behaviour, before) => {
    const { port, sockets, requests } = await rawServer(behaviour);
    const sender = aSender();
    const request = (id: string) =>
      aRequest(`http://127.0.0.1:${port}/`, { headers: { 'webhook-id': id } });
    if (before > 0) {
      expect(await sender.send(request('0'))).toMatchObject({ body: 'answer 1', malformed: null });
    }
    expect(await sender.send(request('1'))).toMatchObject({
      kind: 'response',
      statusCode: 200,
      malformed: expect.any(String) as string,
    });
    await closed(sockets[0]!);
    const next = { kind: 'response', body: `answer ${before + 2}`, malformed: null };
    expect(await sender.send(request('2'))).toMatchObject(next);
    expect(sockets).toHaveLength(2);
    const ids = requests.map((received) => /webhook-id: (\d)/.exec(received)?.[1]);
    expect(ids).toEqual(before > 0 ? ['0', '1', '2'] : ['1', '2']);
  });
});

test('malformed bytes that came unasked are no answer to the next request', async () => {
  const { port, sockets } = await rawServer(answering);
  const sender = aSender();
  const request = aRequest(`http://127.0.0.1:${port}/`);
  await sender.send(request);
  sockets[0]!.write('HTTP/1.1 200 OK\n\npoison');
  // At once: the bytes are in the kernel.
  expect(await sender.send(request)).toMatchObject({ body: 'answer 2', malformed: null });
});

// How many connections there may be, to one host, of one owner, and in all; and who goes first where that is too few.
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { until } from '../../../support/until.ts';
import { closed, rawServer, type RawBehaviour } from '../raw-server.ts';
import { aRequest, aSender } from '../setup.ts';

const noContent = 'HTTP/1.1 204 No Content\r\n\r\n';
const answering: RawBehaviour = { onRequest: (socket) => socket.write(noContent) };

describe('connections are bounded', () => {
  // Idle ones would close by themselves while a test waits for it.
  const bounds = { ...limits, socketsPerOriginMax: 2, socketsMax: 3, socketIdleMs: 60_000 };

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

describe('an attempt that finds no place', () => {
  const bounds = { ...limits, socketsPerOriginMax: 2, socketsPerOwnerMax: 2 };

  /** A server that answers nobody until it is told to, and then the first who asked. */
  async function silentServer() {
    const asking: { path: string; socket: Socket }[] = [];
    const { port, requests } = await rawServer({
      onRequest: (socket) => {
        const path = /^POST (\S+)/.exec(requests.at(-1) ?? '')?.[1] ?? '';
        asking.push({ path, socket });
      },
    });
    return {
      url: `http://127.0.0.1:${port}`,
      order: () => requests.map((request) => /^POST (\S+)/.exec(request)?.[1]),
      asked: (count: number) =>
        until(`request ${count}`, () => (requests.length >= count ? true : undefined), 2_000),
      answerOne: () => asking.shift()?.socket.write(noContent),
    };
  }

  test('is no attempt, and waited no longer than it may', async () => {
    const { url } = await silentServer();
    const sender = aSender({ bounds: { ...bounds, placeWaitMsMax: 100 } });
    const held = [1, 2].map(() => sender.send(aRequest(`${url}/`, { timeoutMs: 400 })));
    const startedAt = performance.now();
    await expect(sender.send(aRequest(`${url}/`))).rejects.toMatchObject({
      name: 'UnsentError',
      fault: 'no_place',
    });
    expect(performance.now() - startedAt).toBeLessThan(350);
    expect(await Promise.all(held)).toMatchObject([
      { code: 'response_timeout' },
      { code: 'response_timeout' },
    ]);
  });

  test('has its whole deadline before it once it has one', async () => {
    const { url, asked, answerOne } = await silentServer();
    const sender = aSender({ bounds: { ...bounds, socketsPerOriginMax: 1 } });
    const first = sender.send(aRequest(`${url}/`, { timeoutMs: 600 }));
    await asked(1);
    // Its own deadline is over before the first one's is.
    const second = sender.send(aRequest(`${url}/`, { timeoutMs: 300 }));
    expect(await first).toMatchObject({ code: 'response_timeout' });
    await asked(2);
    answerOne();
    answerOne();
    const result = await second;
    expect(result).toMatchObject({ kind: 'response', statusCode: 204 });
    expect(result.durationMs).toBeLessThan(300);
  });

  test('leaves others theirs: of one owner a share of the connections to a host is used at most', async () => {
    const { url, asked, order } = await silentServer();
    const sender = aSender({
      bounds: { ...bounds, socketsPerOriginMax: 4, socketsPerOwnerMax: 2, placeWaitMsMax: 300 },
    });
    const about = { timeoutMs: 400, owner: 'greedy' };
    const greedy = Array.from({ length: 5 }, () => sender.send(aRequest(`${url}/greedy`, about)));
    const modest = sender.send(aRequest(`${url}/modest`, { timeoutMs: 400, owner: 'modest' }));
    await asked(3);
    expect(order()).toEqual(['/greedy', '/greedy', '/modest']);
    await Promise.allSettled([...greedy, modest]);
  });

  test('gets one before those whose owner uses more, else in the order of asking', async () => {
    const { url, asked, answerOne, order } = await silentServer();
    const sender = aSender({
      bounds: { ...bounds, socketsPerOriginMax: 2, socketsPerOwnerMax: 3 },
    });
    const send = (path: string, owner: string) =>
      sender.send(aRequest(`${url}${path}`, { owner, timeoutMs: 5_000 }));
    const all = [send('/a1', 'a'), send('/a2', 'a')];
    await asked(2);
    all.push(send('/a3', 'a'), send('/b1', 'b'), send('/c1', 'c'), send('/b2', 'b'));
    for (let count = 3; count <= 6; count += 1) {
      answerOne();
      await asked(count);
    }
    answerOne();
    answerOne();
    await Promise.all(all);
    // When /a1 ends, a uses one, b and c none; when /a2 ends, b uses one; when /b1 ends, a.
    expect(order()).toEqual(['/a1', '/a2', '/b1', '/a3', '/c1', '/b2']);
  });
});

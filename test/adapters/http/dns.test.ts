// Names are resolved by a DNS server of the test that answers, refuses, stalls and lies.
import { connect, Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { Dial } from '../../../lambdas/adapters/http/connections/guarded-connection.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { dnsServer, type Reply } from './dns-server.ts';
import { rawServer, type RawServer } from './raw-server.ts';
import { aRequest, aSender, loopback, policyOf, timedSend } from './setup.ts';

const timeoutMs = 400;
const toleranceMs = 250;
const localV4 = [{ address: '127.0.0.1' }];
const publicV4 = [{ address: '93.184.216.34' }];

function answering(): Promise<RawServer> {
  return rawServer({
    onRequest: (socket, count) => {
      const body = `answer ${count}`;
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    },
  });
}

describe('a name', () => {
  test('is resolved once while its TTL lasts, and the time it took is told', async () => {
    const { port } = await answering();
    const dns = await dnsServer(({ type }) => (type === 'A' ? localV4 : []));
    const sender = aSender({ resolverServers: dns.servers });
    const url = `http://hook.example.com:${port}/`;
    const first = await sender.send(aRequest(url));
    const second = await sender.send(aRequest(url));
    expect([first, second]).toMatchObject([{ body: 'answer 1' }, { body: 'answer 2' }]);
    expect(first.timings.dnsMs).toEqual(expect.any(Number));
    expect(dns.questions).toHaveLength(2);
    expect(dns.questions.map(({ name }) => name)).toEqual(['hook.example.com', 'hook.example.com']);
  });

  test('is resolved again once its TTL, or ours, is over', async () => {
    const { port } = await answering();
    const dns = await dnsServer(({ type, name }) =>
      type === 'A' ? [{ address: '127.0.0.1', ttl: name.startsWith('short') ? 5 : 86_400 }] : [],
    );
    const clock = { now: () => 0 };
    const sender = aSender({ resolverServers: dns.servers, clock });
    const asked = async (name: string, atMs: number): Promise<number> => {
      clock.now = () => atMs;
      await sender.send(aRequest(`http://${name}.example.com:${port}/`));
      return dns.questions.filter((question) => question.name === `${name}.example.com`).length / 2;
    };
    expect(await asked('short', 0)).toBe(1);
    expect(await asked('short', 4_999)).toBe(1);
    expect(await asked('short', 5_000)).toBe(2);
    expect(await asked('long', 5_000)).toBe(1);
    expect(await asked('long', 5_000 + limits.dnsCacheTtlMsMax - 1)).toBe(1);
    expect(await asked('long', 5_000 + limits.dnsCacheTtlMsMax)).toBe(2);
  });

  test('is asked for once by many attempts at once', async () => {
    const { port } = await answering();
    const dns = await dnsServer(({ type }) => (type === 'A' ? localV4 : []));
    const sender = aSender({ resolverServers: dns.servers });
    const request = aRequest(`http://hook.example.com:${port}/`);
    const results = await Promise.all(Array.from({ length: 20 }, () => sender.send(request)));
    expect(results.map(({ kind }) => kind)).toEqual(results.map(() => 'response'));
    expect(dns.questions).toHaveLength(2);
  });

  test.each<[string, Reply, string]>([
    ['does not exist', 'NXDOMAIN', 'dns_not_found'],
    ['has no address', [], 'dns_not_found'],
    ['cannot be resolved', 'SERVFAIL', 'dns_failed'],
    ['may not be resolved', 'REFUSED', 'dns_failed'],
    ['is never answered for', 'silence', 'dns_timeout'],
  ])('that %s ends the attempt in time', async (_fault, reply, code) => {
    const dns = await dnsServer(() => reply);
    const sender = aSender({ resolverServers: dns.servers });
    const request = aRequest('http://hook.example.com/', { timeoutMs });
    const { result, lateMs } = await timedSend(sender, request);
    expect(result).toMatchObject({ kind: 'error', code, timings: { dnsMs: null } });
    expect(lateMs).toBeLessThan(toleranceMs);
  });

  test('whose failure was temporary is asked for again', async () => {
    const { port } = await answering();
    let reply: Reply = 'NXDOMAIN';
    const dns = await dnsServer(({ type }) => (type === 'A' ? reply : []));
    const sender = aSender({ resolverServers: dns.servers });
    const request = aRequest(`http://hook.example.com:${port}/`);
    expect(await sender.send(request)).toMatchObject({ code: 'dns_not_found' });
    reply = localV4;
    expect(await sender.send(request)).toMatchObject({ kind: 'response' });
  });

  test.each<Reply>(['silence', 'SERVFAIL', 'NXDOMAIN', []])(
    'with an IPv4 address is reached though IPv6 is answered with %j',
    async (reply) => {
      const { port } = await answering();
      const dns = await dnsServer(({ type }) => (type === 'A' ? localV4 : reply));
      const sender = aSender({ resolverServers: dns.servers });
      const result = await sender.send(aRequest(`http://hook.example.com:${port}/`));
      expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
    },
  );

  test('with an IPv6 address only is reached', async () => {
    const { port } = await rawServer({
      host: '::1',
      onRequest: (socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'),
    });
    const dns = await dnsServer(({ type }) => (type === 'A' ? [] : [{ address: '::1' }]));
    const sender = aSender({ resolverServers: dns.servers });
    const result = await sender.send(aRequest(`http://hook.example.com:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 204 });
  });

  test('with an address that refuses is reached at the next one', async () => {
    const { port } = await answering();
    const dns = await dnsServer(({ type }) =>
      type === 'A' ? [{ address: '127.0.0.2' }, { address: '127.0.0.1' }] : [],
    );
    const sender = aSender({ resolverServers: dns.servers });
    const result = await sender.send(aRequest(`http://hook.example.com:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
  });

  test('with an address that never answers is reached at the next one, in its share of the time', async () => {
    const { port } = await answering();
    const dns = await dnsServer(({ type }) =>
      type === 'A' ? [{ address: '127.0.0.2' }, { address: '127.0.0.1' }] : [],
    );
    const dial: Dial = (to) => (to.host === '127.0.0.2' ? new Socket() : connect(to));
    const sender = aSender({ resolverServers: dns.servers, dial });
    const request = aRequest(`http://hook.example.com:${port}/`, { timeoutMs: 1_000 });
    const result = await sender.send(request);
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
    expect(result.timings.connectMs).toBeGreaterThan(400);
  });

  test('without an address that answers ends the attempt in time', async () => {
    const dns = await dnsServer(({ type }) =>
      type === 'A' ? [{ address: '127.0.0.2' }, { address: '127.0.0.1' }] : [],
    );
    const sender = aSender({ resolverServers: dns.servers, dial: () => new Socket() });
    const request = aRequest('http://hook.example.com/', { timeoutMs });
    const { result, lateMs } = await timedSend(sender, request);
    expect(result).toMatchObject({ kind: 'error', code: 'connect_timeout' });
    expect(lateMs).toBeLessThan(toleranceMs);
  });

  test('that means this machine is not looked up', async () => {
    const { port } = await answering();
    const dns = await dnsServer(() => 'NXDOMAIN');
    const sender = aSender({ resolverServers: dns.servers });
    const result = await sender.send(aRequest(`http://any.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
    expect(dns.questions).toEqual([]);
  });
});

describe('an answer', () => {
  const production = policyOf([]);

  test.each<[string, Reply, Reply]>([
    ['a loopback address', localV4, []],
    ['a private address', [{ address: '10.0.0.1' }], []],
    ['the metadata service', [{ address: '169.254.169.254' }], []],
    ['an unspecified address', [{ address: '0.0.0.0' }], []],
    ['public and private addresses', [...publicV4, { address: '192.168.0.1' }], []],
    ['a public IPv4 and a private IPv6 address', publicV4, [{ address: 'fd00:ec2::254' }]],
    ['a public IPv4 and a mapped private address', publicV4, [{ address: '::ffff:10.0.0.1' }]],
    ['a NAT64 address', [], [{ address: '64:ff9b::7f00:1' }]],
  ])('with %s is refused whole, and nothing is dialled', async (_what, v4, v6) => {
    const dns = await dnsServer(({ type }) => (type === 'A' ? v4 : v6));
    const dial = vi.fn<() => never>();
    const sender = aSender({ policy: production, resolverServers: dns.servers, dial });
    const result = await sender.send(aRequest('http://127.0.0.1.nip.io/'));
    expect(result).toMatchObject({ kind: 'error', code: 'blocked_address' });
    expect(dial).not.toHaveBeenCalled();
  });

  test('that changes to a private address is refused at the next attempt (rebinding)', async () => {
    const { port, requests } = await answering();
    let address = '127.0.0.1';
    const dns = await dnsServer(({ type }) => (type === 'A' ? [{ address, ttl: 0 }] : []));
    // Here 127.0.0.1 stands for the public address, and 127.0.0.2 for the private one.
    const policy = policyOf(['127.0.0.1/32']);
    const sender = aSender({ policy, resolverServers: dns.servers });
    const request = aRequest(`http://hook.example.com:${port}/`);
    expect(await sender.send(request)).toMatchObject({ kind: 'response' });
    address = '127.0.0.2';
    expect(await sender.send(request)).toMatchObject({ kind: 'error', code: 'blocked_address' });
    expect(requests).toHaveLength(1);
  });

  test('that moves the host leaves its idle connection unused', async () => {
    const { port, sockets } = await rawServer({
      host: '0.0.0.0',
      onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
    });
    let address = '127.0.0.1';
    const dns = await dnsServer(({ type }) => (type === 'A' ? [{ address, ttl: 0 }] : []));
    const sender = aSender({ policy: policyOf(loopback), resolverServers: dns.servers });
    const request = aRequest(`http://hook.example.com:${port}/`);
    await sender.send(request);
    address = '127.0.0.2';
    await sender.send(request);
    expect(sockets.map((socket) => socket.localAddress)).toEqual(['127.0.0.1', '127.0.0.2']);
  });
});

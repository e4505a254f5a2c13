// What the service itself lacks fails no attempt: nothing was sent, and the sender says what was wanting.
import { execFile } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { Dial } from '../../../lambdas/adapters/http/connections/guarded-connection.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { unsentByDial, unsentByDns } from '../../../lambdas/adapters/http/own-faults.ts';
import { dnsServer } from './dns-server.ts';
import { rawServer } from './raw-server.ts';
import { until } from '../../support/until.ts';
import { aRequest, aSender, policyOf } from './setup.ts';

const nodeError = (code: string): Error => Object.assign(new Error(code), { code });
const refused = (code: string) => new Socket().destroy(nodeError(code));
/** As the network says it: some turns later. */
const failed = (code: string): Socket => {
  const socket = new Socket();
  setTimeout(() => socket.destroy(nodeError(code)), 20);
  return socket;
};
const noContent = 'HTTP/1.1 204 No Content\r\n\r\n';
const answering = () => rawServer({ onRequest: (socket) => socket.write(noContent) });

async function outcomeOf(dial: Dial, host = '127.0.0.1'): Promise<string> {
  const sender = aSender({ dial, policy: policyOf(['127.0.0.0/8', '::/0']) });
  const result = await sender.send(aRequest(`http://${host}/`)).catch((error: unknown) => error);
  return (result as { fault?: string }).fault ?? (result as { code: string }).code;
}

test('a process without file descriptors sends nothing, and sends again once it has some', async () => {
  const { port } = await answering();
  const dns = await dnsServer(({ type }) => (type === 'A' ? [{ address: '127.0.0.1' }] : []));
  const script = new URL('few-descriptors.ts', import.meta.url).pathname;
  const urls = [`http://127.0.0.1:${port}/`, `http://hook.example.com:${port}/`];
  const { stdout } = await promisify(execFile)('sh', [
    '-c',
    'ulimit -n 60; exec "$@"',
    'sh',
    process.execPath,
    script,
    ...urls,
    ...dns.servers,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    without: ['no_descriptor', 'no_resolver'],
    again: ['204', '204'],
  });
});

describe('a dial', () => {
  test.each([
    ['EMFILE', 'no_descriptor'],
    ['ENFILE', 'no_descriptor'],
    ['EADDRNOTAVAIL', 'no_port'],
    ['ENOMEM', 'no_memory'],
    ['ENOBUFS', 'no_memory'],
    ['EACCES', 'not_permitted'],
    ['EPERM', 'not_permitted'],
    ['ENETUNREACH', 'no_route'],
    ['ENETDOWN', 'no_route'],
    ['EINVAL', 'broken'],
    ['ERR_SOMETHING_NEW', 'broken'],
  ])('that this machine refuses with %s is %s, and no attempt', async (code, fault) => {
    expect(await outcomeOf(() => refused(code))).toBe(fault);
    const thrown = () => {
      throw nodeError(code);
    };
    expect(await outcomeOf(thrown)).toBe(fault);
  });

  test.each([
    ['EACCES', 'connect_failed'], // What a router's "administratively prohibited" becomes for IPv6.
    ['EPERM', 'connect_failed'],
    ['ENETUNREACH', 'connect_failed'],
    ['EHOSTUNREACH', 'connect_failed'],
    ['ECONNREFUSED', 'connect_refused'],
    ['ETIMEDOUT', 'connect_timeout'],
    ['ERR_SOMETHING_NEW', 'connect_failed'],
  ])('that the network answers with %s is an attempt: %s', async (code, expected) => {
    expect(await outcomeOf(() => failed(code))).toBe(expected);
  });

  test('to a broadcast address, which the kernel does not permit, is no attempt', async () => {
    const dial: Dial = ({ port }) => connect({ host: '127.255.255.255', port });
    expect(['not_permitted', 'no_route']).toContain(await outcomeOf(dial));
  });

  test.each([
    ['first', [failed, refused]],
    ['last', [refused, failed]],
  ])('of several that an endpoint failed %s is an attempt', async (_when, kinds) => {
    const dns = await dnsServer(({ type }) =>
      type === 'A' ? [{ address: '127.0.0.2' }, { address: '127.0.0.3' }] : [],
    );
    const codes = new Map([
      [failed, 'ECONNREFUSED'],
      [refused, 'EMFILE'],
    ]);
    const dials = kinds.map((kind) => () => kind(codes.get(kind)!));
    const sender = aSender({ resolverServers: dns.servers, dial: () => dials.shift()!() });
    expect(await sender.send(aRequest('http://hook.example.com/'))).toMatchObject({
      kind: 'error',
      code: 'connect_refused',
    });
  });

  test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETUNREACH'])(
    'to an IPv6 address that a machine without IPv6 refuses with %s is an attempt, since that stays so',
    (code) => {
      const about = { address: '2606:4700::1111', isLocal: true };
      expect(unsentByDial(nodeError(code), about, () => false)).toBeUndefined();
      expect(unsentByDial(nodeError(code), about, () => true)).toBeDefined();
      expect(unsentByDial(nodeError('EMFILE'), about, () => false)).toBeDefined();
      const ofIpv4 = { address: '192.0.2.1', isLocal: true };
      expect(unsentByDial(nodeError(code), ofIpv4, () => false)).toBeDefined();
    },
  );
});

describe('a name', () => {
  test('for which the resolver cannot be reached is no attempt', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    socket.close();
    await once(socket, 'close');
    const sender = aSender({ resolverServers: [`127.0.0.1:${port}`] });
    await expect(sender.send(aRequest('http://hook.example.com/'))).rejects.toMatchObject({
      fault: 'no_resolver',
    });
  });

  test('is no attempt where the resolver answers nobody, and is sent once it answers again', async () => {
    const { port } = await answering();
    let isDead = true;
    const dns = await dnsServer(({ type }) => {
      if (isDead) return 'silence';
      return type === 'A' ? [{ address: '127.0.0.1' }] : [];
    });
    const sender = aSender({ resolverServers: dns.servers });
    const send = (name: string) =>
      sender.send(aRequest(`http://${name}:${port}/`, { timeoutMs: limits.deliveryTimeoutMsMin }));
    const names = ['a.example.com', 'b.example.com'];
    for (const sent of names.map(send)) {
      await expect(sent).rejects.toMatchObject({ fault: 'no_resolver' });
    }
    isDead = false;
    expect(await send('c.example.com')).toMatchObject({ kind: 'response' });
  });

  test.each<[string, (name: string) => boolean]>([
    ['the root', (name) => name === ''],
    ['another name', (name) => name === 'other.example.com'],
  ])('that nobody answers for is an attempt where %s is answered', async (_, isAnswered) => {
    const dns = await dnsServer(({ name }) => (isAnswered(name) ? 'SERVFAIL' : 'silence'));
    const sender = aSender({ resolverServers: dns.servers });
    const request = (name: string) =>
      aRequest(`http://${name}/`, { timeoutMs: limits.deliveryTimeoutMsMin });
    const sent = sender.send(request('hook.example.com'));
    const asked = () => dns.questions.some(({ name }) => name === '') || undefined;
    await until('the root is asked for', asked, 5_000);
    await sender.send(request('other.example.com')).catch(() => {});
    expect(await sent).toMatchObject({ code: 'dns_timeout' });
  });

  test('that c-ares gives up is no attempt either, where nobody is answered', async () => {
    const dns = await dnsServer(() => 'silence');
    const sender = aSender({ resolverServers: dns.servers });
    const sent = sender.send(aRequest('http://hook.example.com/', { timeoutMs: 30_000 }));
    await expect(sent).rejects.toMatchObject({ fault: 'no_resolver' });
  }, 40_000);

  test('that was being resolved when the sender was closed is no attempt', async () => {
    const dns = await dnsServer(() => 'silence');
    const sender = aSender({ resolverServers: dns.servers });
    const sent = sender.send(aRequest('http://hook.example.com/'));
    sender.close();
    await expect(sent).rejects.toMatchObject({ fault: 'no_resolver' });
  });

  test.each([
    'ECONNREFUSED',
    'ECANCELLED',
    'EDESTRUCTION',
    'EFILE',
    'ENOMEM',
    'ENOTINITIALIZED',
    'UNKNOWN_ARES_ERROR',
    '',
  ])('with %s of c-ares is no attempt, even where the other family has an answer', (code) => {
    expect(unsentByDns([code])).toMatchObject({ fault: 'no_resolver' });
    expect(unsentByDns(['ENODATA', code])).toMatchObject({ fault: 'no_resolver' });
  });

  test.each(['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EREFUSED', 'ETIMEOUT', 'EBADRESP', 'EBADNAME'])(
    'with %s of a name server is an attempt',
    (code) => expect(unsentByDns([code, code])).toBeUndefined(),
  );

  test('whose time this process slept through is no attempt', async () => {
    const dns = await dnsServer(() => 'silence');
    const sender = aSender({ resolverServers: dns.servers });
    const request = aRequest('http://hook.example.com/', { timeoutMs: 200 });
    const sent = sender.send(request);
    await new Promise((resolve) => setTimeout(resolve, 10));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
    await expect(sent).rejects.toMatchObject({ fault: 'no_time' });
    expect(await sender.send(request)).toMatchObject({ code: 'dns_timeout' });
  });
});

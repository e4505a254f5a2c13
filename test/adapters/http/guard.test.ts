// No byte reaches an address that the policy does not allow, by whatever way one tries.
import { connect, Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Dial } from '../../../lambdas/adapters/http/connections/guarded-connection.ts';
import { refusedUrls } from '../../core/endpoints/target-url-corpus.ts';
import { certificateAuthority } from './certificates.ts';
import { dnsServer } from './dns-server.ts';
import { closed, rawServer } from './raw-server.ts';
import { aRequest, aSender, policyOf } from './setup.ts';

const production = policyOf([]);
const authority = certificateAuthority();

test.each([
  // Most URLs of the corpus are plain http, which production refuses before it looks at the host.
  { allowHttp: false, expected: ['invalid_url'] },
  { allowHttp: true, expected: ['invalid_url', 'blocked_address'] },
])('refuses the corpus without a lookup or a connection: %j', async ({ allowHttp, expected }) => {
  const dns = await dnsServer(() => 'NXDOMAIN');
  const dialled: unknown[] = [];
  const dial: Dial = (to) => {
    dialled.push(to);
    return new Socket().destroy();
  };
  const policy = policyOf([], allowHttp);
  const sender = aSender({ policy, resolverServers: dns.servers, dial });
  const urls = Object.values(refusedUrls).flat();
  const results = await Promise.all(urls.map((url) => sender.send(aRequest(url))));
  const codes = new Set(results.map((result) => result.kind === 'error' && result.code));
  expect(codes).toEqual(new Set(expected));
  expect(dns.questions).toEqual([]);
  expect(dialled).toEqual([]);
});

test('says the same of every blocked target', async () => {
  const dns = await dnsServer(({ type }) => (type === 'A' ? [{ address: '10.0.0.1' }] : []));
  const sender = aSender({ policy: production, resolverServers: dns.servers });
  const urls = ['http://127.0.0.1/', 'http://10.0.0.1/', 'http://localhost/', 'http://[fd00::1]/']
    .concat(['http://metadata.google.internal/', 'http://name.example.com/'])
    .concat(['http://127.0.0.1:9001/2018-06-01/runtime/init/error']);
  const results = await Promise.all(urls.map((url) => sender.send(aRequest(url))));
  const said = results.map((result) => result.kind === 'error' && [result.code, result.detail]);
  expect(new Set(said.map(String))).toEqual(
    new Set(['blocked_address,Webhooks may not be sent to this target address']),
  );
});

describe.each(['http', 'https'])('over %s, a socket that reached another address', (scheme) => {
  test('is closed before a byte is written to it', async () => {
    const server = await rawServer({});
    const received: Buffer[] = [];
    server.server.on('connection', (socket) => socket.on('data', (chunk) => received.push(chunk)));
    const dns = await dnsServer(({ type }) =>
      type === 'A' ? [{ address: '93.184.216.34' }, { address: '93.184.216.35' }] : [],
    );
    const dialled: string[] = [];
    const sender = aSender({
      policy: production,
      resolverServers: dns.servers,
      ca: authority.ca,
      dial: ({ host }) => {
        dialled.push(host);
        return connect(server.port, '127.0.0.1');
      },
    });
    const result = await sender.send(aRequest(`${scheme}://hook.example.com/`));
    expect(result).toMatchObject({ kind: 'error', code: 'blocked_address' });
    expect(dialled).toEqual(['93.184.216.34']);
    await Promise.all(server.sockets.map(closed));
    expect(received).toEqual([]);
  });
});

test('follows no redirect', async () => {
  const inner = await rawServer({});
  for (const statusCode of [301, 302, 303, 307, 308]) {
    const outer = await rawServer({
      onRequest: (socket) =>
        socket.write(
          `HTTP/1.1 ${statusCode} Moved\r\nlocation: http://127.0.0.1:${inner.port}/\r\n` +
            'content-length: 0\r\n\r\n',
        ),
    });
    const result = await aSender().send(aRequest(`http://127.0.0.1:${outer.port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode });
    expect(outer.requests).toHaveLength(1);
  }
  expect(inner.sockets).toEqual([]);
});

test('uses no proxy of the environment', async () => {
  const proxy = await rawServer({});
  const target = await rawServer({
    onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  });
  const names = ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY'];
  for (const name of names) process.env[name] = `http://127.0.0.1:${proxy.port}`;
  process.env['NODE_USE_ENV_PROXY'] = '1';
  try {
    const result = await aSender().send(aRequest(`http://127.0.0.1:${target.port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 204 });
    expect(proxy.sockets).toEqual([]);
  } finally {
    for (const name of [...names, 'NODE_USE_ENV_PROXY']) delete process.env[name];
  }
});

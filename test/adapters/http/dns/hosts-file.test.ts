// Names that an operator allows: looked up in the hosts file and then in DNS, and judged by their addresses all the same.
import { appendFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseHosts } from '../../../../lambdas/adapters/http/dns/hosts-file.ts';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { dnsServer, type Reply } from '../dns-server.ts';
import { rawServer } from '../raw-server.ts';
import { aRequest, aSender, loopback, policyOf } from '../setup.ts';

async function aHostsFile(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'hosts');
  await writeFile(path, text);
  return path;
}

type Setup = {
  hosts?: string;
  dns?: Reply;
  cidrs?: readonly string[];
  allowed?: readonly string[];
};

async function setup({ hosts, dns = 'NXDOMAIN', cidrs = loopback, allowed = [] }: Setup) {
  const { port } = await rawServer({
    onRequest: (socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'),
  });
  const server = await dnsServer(({ type }) => (type === 'A' ? dns : []));
  const hostsFile = hosts === undefined ? '/nowhere/hosts' : await aHostsFile(hosts);
  const sender = aSender({
    policy: policyOf(cidrs, true, allowed),
    resolverServers: server.servers,
    hostsFile,
  });
  const send = (host: string) => sender.send(aRequest(`http://${host}:${port}/`));
  const asked = () => server.questions.map(({ name }) => name);
  return { send, asked, hostsFile };
}

const local = [{ address: '127.0.0.1' }];
const reached = { kind: 'response', statusCode: 204 };
const blocked = { kind: 'error', code: 'blocked_address' };

describe('a name that the operator allows', () => {
  test.each(['receiver', 'host.docker.internal', 'hooks.corp', 'a.b.svc.cluster.local', 'nas.lan'])(
    'is reached by DNS, and refused to others: %s',
    async (host) => {
      const allowed = ['receiver', 'host.docker.internal', '.corp', '.svc.cluster.local', '.lan'];
      const { send, asked } = await setup({ dns: local, allowed });
      expect(await send(host)).toMatchObject(reached);
      expect(asked()).toEqual([host, host]);
      const other = await setup({ dns: local, allowed: ['else', '.where'] });
      expect(await other.send(host)).toMatchObject(blocked);
      expect(other.asked()).toEqual([]);
    },
  );

  test('is looked up in the hosts file first', async () => {
    const { send, asked } = await setup({
      hosts: '127.0.0.1 other Receiver # ours\n',
      dns: [{ address: '127.0.0.9' }],
      allowed: ['receiver'],
    });
    expect(await send('receiver')).toMatchObject(reached);
    expect(asked()).toEqual([]);
  });

  test('is looked up again once the file has changed, and in DNS where it is not there', async () => {
    const { send, asked, hostsFile } = await setup({ hosts: '', allowed: ['receiver'] });
    expect(await send('receiver')).toMatchObject({ kind: 'error', code: 'dns_not_found' });
    expect(asked()).toHaveLength(2);
    await appendFile(hostsFile, '127.0.0.1 receiver\n');
    expect(await send('receiver')).toMatchObject(reached);
    // Of the same size and, to the millisecond, the same time.
    const at = new Date();
    await utimes(hostsFile, at, at);
    expect(await send('receiver')).toMatchObject(reached);
    await writeFile(hostsFile, '10.0.0.1  receiver\n');
    await utimes(hostsFile, at, at);
    expect(await send('receiver')).toMatchObject(blocked);
    expect(asked()).toHaveLength(2);
  });

  test.each<[string, Setup]>([
    ['a hosts file', { hosts: '169.254.169.254 receiver\n' }],
    ['a hosts file, beside a good one', { hosts: '127.0.0.1 receiver\n10.0.0.1 receiver\n' }],
    ['a hosts file, with a zone', { hosts: 'fe80::1%lo receiver\n' }],
    ['DNS', { dns: [{ address: '169.254.169.254' }] }],
    ['DNS, beside a good one', { dns: [...local, { address: '10.0.0.1' }] }],
  ])('is refused where its address is: from %s', async (_where, about) => {
    const { send } = await setup({ ...about, allowed: ['receiver'] });
    expect(await send('receiver')).toMatchObject(blocked);
  });

  test('gains nothing where no address beyond the public ones is allowed', async () => {
    const hosts = '127.0.0.1 receiver\n';
    const { send } = await setup({ hosts, cidrs: [], allowed: ['receiver'] });
    expect(await send('receiver')).toMatchObject(blocked);
  });
});

test('the hosts file says nothing of other names', async () => {
  const { send, asked } = await setup({
    hosts: '127.0.0.1 hook.example.com a.localhost\n',
    dns: [{ address: '127.0.0.9' }],
    cidrs: ['127.0.0.1/32'],
    allowed: ['receiver'],
  });
  expect(await send('hook.example.com')).toMatchObject(blocked);
  expect(asked()).toEqual(['hook.example.com', 'hook.example.com']);
});

test('names for this machine mean the loopback addresses, whatever the file says', async () => {
  const { send } = await setup({ hosts: '10.0.0.1 a.localhost\n', allowed: ['.localhost'] });
  expect(await send('a.localhost')).toMatchObject(reached);
});

describe('a hosts file', () => {
  const isWanted = (name: string) => name !== 'unwanted';
  const parse = (text: string) => Object.fromEntries(parseHosts(text, isWanted));

  test.each([
    ['127.0.0.1 a b\n', { a: ['127.0.0.1'], b: ['127.0.0.1'] }],
    ['127.0.0.1\ta\r\n10.0.0.1   A.\n', { a: ['127.0.0.1', '10.0.0.1'] }],
    ['::1 a\n127.0.0.1 a\n::1 a\n', { a: ['127.0.0.1', '::1'] }],
    ['  127.0.0.1 a#b c\n# 10.0.0.1 d\n', { a: ['127.0.0.1'] }],
    ['a 127.0.0.1\n0x7f.1 b\n127.1 c\n127.0.0.1\n\n', {}],
    ['127.0.0.1 unwanted __proto__\n', { ['__proto__']: ['127.0.0.1'] }],
  ])('%j says %o', (text, entries) => {
    expect(Object.entries(parse(text))).toEqual(Object.entries(entries));
  });

  test('is read to its bound, and no half line of it', async () => {
    const line = '127.0.0.1 receiver\n';
    const filler = '#'.repeat(limits.hostsFileBytesMax - line.length - '127.0.0.1 half'.length - 1);
    const hosts = `${line}${filler}\n127.0.0.1 half.corp\n127.0.0.1 beyond\n`;
    const { send } = await setup({ hosts, allowed: ['receiver', 'half', 'half.corp', 'beyond'] });
    expect(await send('receiver')).toMatchObject(reached);
    for (const host of ['half', 'half.corp', 'beyond']) {
      expect(await send(host)).toMatchObject({ kind: 'error', code: 'dns_not_found' });
    }
  });

  test('that is a folder says nothing', async () => {
    const { send, hostsFile } = await setup({ hosts: '', allowed: ['receiver'] });
    await rm(hostsFile);
    expect(await send('receiver')).toMatchObject({ kind: 'error', code: 'dns_not_found' });
  });
});

import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { parseTargetPolicy, type TargetPolicy } from '../../../lambdas/core/endpoints/address.ts';
import {
  allowedLoopbackAddresses,
  checkTargetUrl,
  targetRules,
} from '../../../lambdas/core/endpoints/target-url.ts';
import { acceptedUrls, loopbackUrls, refusedUrls } from './target-url-corpus.ts';

const production = policyOf({ allowHttp: false, allowCidrs: [] });
const withHttp = policyOf({ allowHttp: true, allowCidrs: [] });
const local = policyOf({ allowHttp: true, allowCidrs: ['127.0.0.0/8', '::1/128'] });

test('the corpus has at least 120 different URLs', () => {
  expect(new Set(Object.values(refusedUrls).flat()).size).toBeGreaterThanOrEqual(120);
});

describe.each(targetRules)('by the rule "%s"', (rule) => {
  test.each(refusedUrls[rule])('refuses %j', (url) => {
    expect(checkTargetUrl(url, withHttp)).toEqual({
      ok: false,
      rule,
      detail: expect.any(String) as string,
    });
    expect(checkTargetUrl(url, production).ok).toBe(false);
  });
});

test.each(acceptedUrls)('accepts %j and keeps it as written', (url) => {
  expect(checkTargetUrl(url, production)).toMatchObject({ ok: true, target: { url } });
});

test.each(loopbackUrls)('accepts %j where the operator allows loopback, and only there', (url) => {
  expect(checkTargetUrl(url, local)).toMatchObject({ ok: true, target: { url } });
  expect(checkTargetUrl(url, withHttp).ok).toBe(false);
});

test('keeps everything else refused where the operator allows loopback', () => {
  const opened = Object.values(refusedUrls)
    .flat()
    .filter((url) => checkTargetUrl(url, local).ok)
    .map((url) => new URL(url).hostname.replace(/\.$/, ''));
  // In odd spellings it stays refused: what is left is plain loopback and names that mean it.
  expect(new Set(opened)).toEqual(
    new Set(
      ['localhost', 'x.localhost', 'a.b.localhost', '127.0.0.1', '127.255.255.254', '[::1]'].concat(
        ['[::ffff:7f00:1]'],
      ),
    ),
  );
});

describe('with names that the operator allows', () => {
  const allowHosts = ['receiver', 'host.docker.internal', '.corp', '.svc.cluster.local', '.lan']
    // What no setting may hold, in case that one does all the same.
    .concat(['localhost', '.localhost', '10.0.0.1', '8.8.8.8', '[::1]', '.1', '.com', '.', '']);
  const named = policyOf({ allowHttp: true, allowCidrs: [], allowHosts });

  test.each([
    'http://receiver/',
    'http://RECEIVER.:8080/hook?x',
    'https://host.docker.internal/',
    'http://intranet.corp/',
    'http://a.b.svc.cluster.local/',
    'http://nas.lan:5000/',
  ])('accepts %s', (url) => {
    expect(checkTargetUrl(url, named)).toMatchObject({ ok: true, target: { hostKind: 'name' } });
    expect(checkTargetUrl(url, withHttp)).toMatchObject({ ok: false, rule: 'host_name' });
    expect(checkTargetUrl(url, production).ok).toBe(false);
  });

  test.each([
    ['http://a.receiver.local/', 'host_name'],
    ['http://xreceiver/', 'host_name'],
    ['http://corp/', 'host_name'],
    ['http://xcorp/', 'host_name'],
    ['http://a..corp/', 'host_name'],
    ['http://-a.corp/', 'host_name'],
    [`http://${'x'.repeat(64)}.corp/`, 'host_name'],
    ['http://receiver.localhost/', 'host_name'],
    ['http://user@receiver/', 'userinfo'],
    ['http://receiver:6379/', 'port'],
    ['http://receiver:/', 'syntax'],
    ['http://re%63eiver/', 'syntax'],
    ['http://receiver/#x', 'fragment'],
    ['http://receiver\\@10.0.0.1/', 'characters'],
    ['ftp://receiver/', 'scheme'],
    ['http://10.0.0.1/', 'address'],
    ['http://[::1]/', 'address'],
    ['http://0x08080808/', 'syntax'],
  ])('refuses %s all the same: %s', (url, rule) => {
    expect(checkTargetUrl(url, named)).toMatchObject({ ok: false, rule });
  });

  test('opens nothing else of the corpus', () => {
    const opened = Object.values(refusedUrls)
      .flat()
      .filter((url) => checkTargetUrl(url, named).ok);
    expect(opened.map((url) => new URL(url).hostname).toSorted()).toEqual([
      'host.docker.internal',
      'intranet.corp',
      'kubernetes.default.svc.cluster.local',
      'router.lan',
    ]);
  });
});

test('refuses http unless it is allowed', () => {
  const url = 'http://example.com/hook';
  expect(checkTargetUrl(url, production)).toMatchObject({ ok: false, rule: 'scheme' });
  expect(checkTargetUrl(url, withHttp).ok).toBe(true);
});

test('keeps localhost names refused when other private addresses are allowed', () => {
  const policy = policyOf({ allowHttp: true, allowCidrs: ['10.0.0.0/8'] });
  expect(checkTargetUrl('http://localhost/', policy)).toMatchObject({ rule: 'host_name' });
  expect(checkTargetUrl('http://10.1.2.3/', policy).ok).toBe(true);
});

test.each([
  ['https://Example.com./x', { scheme: 'https', host: 'example.com', hostKind: 'name', port: 443 }],
  ['http://8.8.8.8:81/', { scheme: 'http', host: '8.8.8.8', hostKind: 'address', port: 81 }],
  ['http://[::1]/', { scheme: 'http', host: '::1', hostKind: 'address', port: 80 }],
  ['http://a.localhost/', { scheme: 'http', host: 'a.localhost', hostKind: 'localhost', port: 80 }],
  [
    'https://bücher.example.com:8443/',
    { scheme: 'https', host: 'xn--bcher-kva.example.com', hostKind: 'name', port: 8_443 },
  ],
])('reads from %s what DNS, TCP and TLS need', (url, parts) => {
  expect(checkTargetUrl(url, local)).toEqual({ ok: true, target: { url, ...parts } });
});

test.each([
  ['length', 'longer than 2048 characters'],
  ['characters', 'whitespace'],
  ['syntax', 'https://host/path'],
  ['scheme', 'start with https://'],
  ['userinfo', 'user name or password'],
  ['fragment', 'fragment'],
  ['port', 'port'],
  ['host_name', 'public DNS'],
  ['address', 'not be sent to'],
] as const)('says what breaks the rule "%s": %s', (rule, words) => {
  const [url = ''] = refusedUrls[rule];
  expect(checkTargetUrl(url, withHttp)).toHaveProperty('detail', expect.stringContaining(words));
});

test.each([
  [[], []],
  [['127.0.0.0/8'], ['127.0.0.1']],
  [['::1/128'], ['::1']],
  [
    ['127.0.0.0/8', '::1/128'],
    ['127.0.0.1', '::1'],
  ],
])('with %j allowed, localhost may mean %j', (allowCidrs, addresses) => {
  expect(allowedLoopbackAddresses(policyOf({ allowHttp: true, allowCidrs }))).toEqual(addresses);
});

test('says the same for every blocked address', () => {
  const details = refusedUrls.address.map((url) => {
    const check = checkTargetUrl(url, withHttp);
    return check.ok ? '' : check.detail;
  });
  expect(new Set(details).size).toBe(1);
});

test.each([
  limits.targetUrlLengthMax - 1,
  limits.targetUrlLengthMax,
  limits.targetUrlLengthMax + 1,
])('judges the length %i', (length) => {
  const url = 'https://example.com/'.padEnd(length, 'a');
  expect(checkTargetUrl(url, production).ok).toBe(length <= limits.targetUrlLengthMax);
});

function policyOf(settings: {
  allowHttp: boolean;
  allowCidrs: string[];
  allowHosts?: string[];
}): TargetPolicy {
  const result = parseTargetPolicy({ allowHosts: [], ...settings });
  if (!result.ok) throw new Error(result.detail);
  return result.policy;
}

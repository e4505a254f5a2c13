import { describe, expect, test } from 'vitest';
import {
  isAllowedAddress,
  parseTargetPolicy,
  type TargetPolicy,
} from '../../../lambdas/core/endpoints/address.ts';

describe('an IPv4 address', () => {
  // The last allowed address before a refused range, both ends of the range, the first allowed one after it.
  test.each([
    [null, '0.0.0.0', '0.255.255.255', '1.0.0.0'],
    ['9.255.255.255', '10.0.0.0', '10.255.255.255', '11.0.0.0'],
    ['100.63.255.255', '100.64.0.0', '100.127.255.255', '100.128.0.0'],
    ['126.255.255.255', '127.0.0.0', '127.255.255.255', '128.0.0.0'],
    ['168.63.129.15', '168.63.129.16', '168.63.129.16', '168.63.129.17'],
    ['169.253.255.255', '169.254.0.0', '169.254.255.255', '169.255.0.0'],
    ['172.15.255.255', '172.16.0.0', '172.31.255.255', '172.32.0.0'],
    ['191.255.255.255', '192.0.0.0', '192.0.0.255', '192.0.1.0'],
    ['192.0.1.255', '192.0.2.0', '192.0.2.255', '192.0.3.0'],
    ['192.31.195.255', '192.31.196.0', '192.31.196.255', '192.31.197.0'],
    ['192.52.192.255', '192.52.193.0', '192.52.193.255', '192.52.194.0'],
    ['192.88.98.255', '192.88.99.0', '192.88.99.255', '192.88.100.0'],
    ['192.167.255.255', '192.168.0.0', '192.168.255.255', '192.169.0.0'],
    ['192.175.47.255', '192.175.48.0', '192.175.48.255', '192.175.49.0'],
    ['198.17.255.255', '198.18.0.0', '198.19.255.255', '198.20.0.0'],
    ['198.51.99.255', '198.51.100.0', '198.51.100.255', '198.51.101.0'],
    ['203.0.112.255', '203.0.113.0', '203.0.113.255', '203.0.114.0'],
    ['223.255.255.255', '224.0.0.0', '255.255.255.255', null],
  ])('is refused from after %s: %s to %s, until %s', (...range) => {
    const [before, first, last, after] = range;
    expectRange({ before, first, last, after });
    const mapped = (address: string | null): string | null => address && `::ffff:${address}`;
    expectRange({
      before: mapped(before),
      first: `::ffff:${first}`,
      last: `::ffff:${last}`,
      after: mapped(after),
    });
  });

  test.each(['239.255.255.255', '240.0.0.0', '169.254.169.254', '169.254.170.2', '169.254.100.1'])(
    '%s is refused within a range',
    (address) => expect(isAllowedAddress(address, production)).toBe(false),
  );
});

// What a virtual machine may ask of its cloud: credentials, for one.
test.each([
  ['AWS, Azure, Google, Oracle, DigitalOcean, OpenStack, IBM: metadata', '169.254.169.254'],
  ['AWS: metadata over IPv6', 'fd00:ec2::254'],
  ['AWS: credentials of tasks', '169.254.170.2'],
  ['AWS: credentials of pods', '169.254.170.23'],
  ['AWS: credentials of pods over IPv6', 'fd00:ec2::23'],
  ['AWS: DNS', '169.254.169.253'],
  ['AWS: DNS over IPv6', 'fd00:ec2::253'],
  ['AWS: time', '169.254.169.123'],
  ['AWS: time over IPv6', 'fd00:ec2::123'],
  ['Azure: the host of a machine', '168.63.129.16'],
  ['Azure: the host of a machine, mapped', '::ffff:168.63.129.16'],
  ['Azure: app services', '169.254.129.1'],
  ['Google: metadata over IPv6', 'fd20:ce::254'],
  ['Oracle: metadata of the first generation', '192.0.0.192'],
  ['Oracle: storage and DNS', '169.254.2.2'],
  ['Oracle: metadata over IPv6', 'fd00:c1::a9fe:a9fe'],
  ['Alibaba: metadata', '100.100.100.200'],
  ['Alibaba: DNS', '100.100.2.136'],
  ['Tencent: metadata', '169.254.0.23'],
  ['Scaleway: metadata', '169.254.42.42'],
  ['Scaleway: metadata over IPv6', 'fd00:42::42'],
  ['OpenStack: metadata over IPv6', 'fe80::a9fe:a9fe'],
  ['Hetzner, Vultr, Exoscale: metadata', '169.254.169.254'],
  ['Kubernetes: the usual address of the API', '10.96.0.1'],
  ['Docker: the host', '172.17.0.1'],
  ['Tailscale: its own service', '100.100.100.100'],
])('an address of a cloud’s own is refused: %s', (_whose, address) => {
  expect(isAllowedAddress(address, production)).toBe(false);
});

describe('an IPv6 address', () => {
  test.each([
    // All that lies outside 2000::/3.
    [null, '::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '2000::'],
    ['3fff:ffff::', '4000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null],
    // Refused within it.
    ['2000:ffff:ffff::', '2001::', '2001:1ff:ffff::', '2001:200::'],
    ['2001:db7:ffff::', '2001:db8::', '2001:db8:ffff::', '2001:db9::'],
    ['2001:ffff::', '2002::', '2002:ffff::', '2003::'],
    ['2620:4f:7fff::', '2620:4f:8000::', '2620:4f:8000:ffff::', '2620:4f:8001::'],
    ['3ffe:ffff::', '3fff::', '3fff:fff::', '3fff:1000::'],
  ])('is refused from after %s: %s to %s, until %s', (...range) => {
    const [before, first, last, after] = range;
    expectRange({ before, first, last, after });
  });

  test.each([
    ['loopback', '::1'],
    ['IPv4-compatible', '::127.0.0.1'],
    ['IPv4-compatible and public', '::8.8.8.8'],
    ['SIIT', '::ffff:0:127.0.0.1'],
    ['SIIT and public', '::ffff:0:8.8.8.8'],
    ['just before the mapped ones', '::fffe:ffff:ffff'],
    ['NAT64', '64:ff9b::8.8.8.8'],
    ['local NAT64', '64:ff9b:1::8.8.8.8'],
    ['discard', '100::1'],
    ['segment routing', '5f00::1'],
    ['unique local, the metadata service of EC2', 'fd00:ec2::254'],
    ['link-local', 'fe80::1'],
    ['site-local', 'fec0::1'],
    ['multicast', 'ff02::1'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['6to4 of 127.0.0.1', '2002:7f00:1::'],
    ['mapped, in hexadecimal', '::ffff:7f00:1'],
    ['mapped, written in full', '0:0:0:0:0:ffff:a9fe:a9fe'],
    ['with a zone', 'fe80::1%eth0'],
    ['public, with a zone', '2606:4700::1111%eth0'],
  ])('that is %s is refused: %s', (_kind, address) => {
    expect(isAllowedAddress(address, production)).toBe(false);
  });

  test.each([
    '2606:4700:4700::1111',
    '2A00:1450:4001:81B::200E',
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
  ])('%s is allowed', (address) => expect(isAllowedAddress(address, production)).toBe(true));
});

test.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '8.8.8.8 ',
  '8.8.8.8/32',
  '[2606::1]',
  '::g',
])('refuses anything but an address: "%s"', (text) => {
  expect(isAllowedAddress(text, production)).toBe(false);
  expect(isAllowedAddress(text, policyOf(['0.0.0.0/0', '::/0']))).toBe(false);
});

describe('the CIDRs of the operator', () => {
  test('open exactly what they cover', () => {
    const policy = policyOf(['10.1.0.0/16', '127.0.0.1/32', 'fd00:1::/32']);
    expect(isAllowedAddress('10.1.255.255', policy)).toBe(true);
    expect(isAllowedAddress('::ffff:10.1.0.1', policy)).toBe(true);
    expect(isAllowedAddress('127.0.0.1', policy)).toBe(true);
    expect(isAllowedAddress('fd00:1:ffff::1', policy)).toBe(true);
    expect(isAllowedAddress('10.0.255.255', policy)).toBe(false);
    expect(isAllowedAddress('10.2.0.0', policy)).toBe(false);
    expect(isAllowedAddress('127.0.0.2', policy)).toBe(false);
    expect(isAllowedAddress('fd00:2::1', policy)).toBe(false);
    expect(isAllowedAddress('::1', policy)).toBe(false);
  });

  test('of IPv6 open no IPv4 address, however it is written', () => {
    const policy = policyOf(['::/0']);
    expect(isAllowedAddress('::1', policy)).toBe(true);
    expect(isAllowedAddress('127.0.0.1', policy)).toBe(false);
    expect(isAllowedAddress('::ffff:127.0.0.1', policy)).toBe(false);
  });

  test('of IPv4 open no IPv6 address', () => {
    const policy = policyOf(['0.0.0.0/0']);
    expect(isAllowedAddress('127.0.0.1', policy)).toBe(true);
    expect(isAllowedAddress('::1', policy)).toBe(false);
    expect(isAllowedAddress('::127.0.0.1', policy)).toBe(false);
  });

  test.each([
    '0.0.0.0/0',
    '10.0.0.0/8',
    '10.1.128.0/17',
    '192.168.1.1/32',
    '::/0',
    'fd00::/8',
    'FD12:3456:789A:8000::/49',
    '64:ff9b::10.0.0.0/104',
    '::1/128',
    '2001:db8:1:2:3:4:5:6/128',
    '2001:db8:1:2:3:4:5:0/112',
  ])('may be %s', (cidr) => {
    expect(parseTargetPolicy({ allowHttp: false, allowCidrs: [cidr], allowHosts: [] }).ok).toBe(
      true,
    );
  });

  test.each([
    ['', 'is not a CIDR'],
    ['10.0.0.0', 'is not a CIDR'],
    ['10.0.0.0/', 'is not a CIDR'],
    ['10.0.0.0/8/8', 'is not a CIDR'],
    ['10.0.0.0/-1', 'is not a CIDR'],
    ['10.0.0.0/8 ', 'is not a CIDR'],
    [' 10.0.0.0/8', 'is not a CIDR'],
    ['x10.0.0.0/8', 'is not a CIDR'],
    ['10.0.0/8', 'is not a CIDR'],
    ['010.0.0.0/8', 'is not a CIDR'],
    ['localhost/8', 'is not a CIDR'],
    ['fe80::%eth0/10', 'is not a CIDR'],
    ['[::1]/128', 'is not a CIDR'],
    ['10.0.0.0/33', 'longer than 32 bits'],
    ['::1/129', 'longer than 128 bits'],
    ['::ffff:10.0.0.0/104', 'write it as an IPv4 CIDR'],
    ['10.0.0.1/8', 'first address of its /8'],
    ['10.1.128.0/16', 'first address of its /16'],
    ['2001:db8:1:2:3:4:5:6/112', 'first address of its /112'],
    ['fd00::1/127', 'first address of its /127'],
    ['fd00:0:0:8000::/48', 'first address of its /48'],
  ])('may not be "%s": %s', (cidr, reason) => {
    const result = parseTargetPolicy({
      allowHttp: false,
      allowCidrs: ['10.0.0.0/8', cidr],
      allowHosts: [],
    });
    expect(result).toEqual({ ok: false, detail: expect.stringContaining(reason) as string });
    expect(result).toHaveProperty('detail', expect.stringContaining(`"${cidr}"`));
  });
});

const production = policyOf([]);

type Range = { before: string | null; first: string; last: string; after: string | null };

function expectRange({ before, first, last, after }: Range): void {
  const verdicts = [before ?? '8.8.8.8', first, last, after ?? '8.8.8.8'].map((address) =>
    isAllowedAddress(address, production),
  );
  expect(verdicts).toEqual([true, false, false, true]);
}

function policyOf(allowCidrs: readonly string[]): TargetPolicy {
  const result = parseTargetPolicy({ allowHttp: false, allowCidrs, allowHosts: [] });
  if (!result.ok) throw new Error(result.detail);
  return result.policy;
}

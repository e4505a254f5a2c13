// Which IP addresses a webhook may be sent to: public unicast, plus what the operator allows. IPv4
// is a deny list. IPv6 is an allow list, because most of its space is not routed and every form
// that embeds an IPv4 address (::/96, NAT64, SIIT, 6to4, Teredo) lies outside it. Sources: the IANA
// special-purpose address registries for IPv4 and IPv6 (RFC 6890 and its updates).
import { BlockList, isIP, isIPv4, isIPv6 } from 'node:net';

export type TargetSettings = {
  allowHttp: boolean;
  allowCidrs: readonly string[];
  /** Names, and suffixes that begin with a dot: see `contract/endpoints/target-hosts.ts`. */
  allowHosts: readonly string[];
};

/** Validated settings; only `parseTargetPolicy` makes them. */
export type TargetPolicy = TargetSettings & { readonly allowed: AddressSets };

// Two lists, since a BlockList also matches IPv4 addresses with IPv6 rules such as ::/0.
type AddressSets = { ipv4: BlockList; ipv6: BlockList };

type Cidr = { network: string; prefix: number; family: 'ipv4' | 'ipv6' };

const refusedIpv4 = blockList('ipv4', [
  '0.0.0.0/8', // This network.
  '10.0.0.0/8', // Private use.
  '100.64.0.0/10', // Carrier-grade NAT; 100.100.100.200 is a metadata service.
  '127.0.0.0/8', // Loopback; older Lambda sandboxes serve the Runtime API there.
  '168.63.129.16/32', // The Azure host: agent, DHCP and DNS; a public address, routed nowhere else.
  '169.254.0.0/16', // Link-local: metadata services, and the Runtime API and X-Ray daemon of Lambda.
  '172.16.0.0/12', // Private use.
  '192.0.0.0/24', // IETF protocol assignments.
  '192.0.2.0/24', // Documentation.
  '192.31.196.0/24', // AS112: any network may answer it locally, so it can be an internal host.
  '192.52.193.0/24', // AMT relays: likewise.
  '192.88.99.0/24', // 6to4 relays, deprecated by RFC 7526.
  '192.168.0.0/16', // Private use.
  '192.175.48.0/24', // AS112.
  '198.18.0.0/15', // Benchmarks.
  '198.51.100.0/24', // Documentation.
  '203.0.113.0/24', // Documentation.
  '224.0.0.0/4', // Multicast.
  '240.0.0.0/4', // Reserved, with the limited broadcast address.
]);

const routedIpv6 = blockList('ipv6', ['2000::/3']); // Global unicast: everything IANA allocates.

const refusedIpv6 = blockList('ipv6', [
  '2001::/23', // IETF protocol assignments: Teredo, ORCHID, benchmarks.
  '2001:db8::/32', // Documentation.
  '2002::/16', // 6to4: embeds an IPv4 address.
  '2620:4f:8000::/48', // AS112.
  '3fff::/20', // Documentation.
]);

const mappedIpv4 = blockList('ipv6', ['::ffff:0:0/96']);

/** Refuses anything that is not an IP address, and addresses with a zone. */
export function isAllowedAddress(address: string, policy: Pick<TargetPolicy, 'allowed'>): boolean {
  const { allowed } = policy;
  if (isIPv4(address)) {
    return allowed.ipv4.check(address, 'ipv4') || !refusedIpv4.check(address, 'ipv4');
  }
  if (!isIPv6(address) || address.includes('%')) return false;
  if (mappedIpv4.check(address, 'ipv6')) {
    // A BlockList matches a mapped address with its IPv4 rules.
    return allowed.ipv4.check(address, 'ipv6') || !refusedIpv4.check(address, 'ipv6');
  }
  if (allowed.ipv6.check(address, 'ipv6')) return true;
  return routedIpv6.check(address, 'ipv6') && !refusedIpv6.check(address, 'ipv6');
}

/** A bad CIDR yields one sentence for the person who set it. */
export function parseTargetPolicy(
  settings: TargetSettings,
): { ok: true; policy: TargetPolicy } | { ok: false; detail: string } {
  const allowed: AddressSets = { ipv4: new BlockList(), ipv6: new BlockList() };
  for (const text of settings.allowCidrs) {
    const cidr = parseCidr(text);
    if ('detail' in cidr) return { ok: false, detail: `"${text}" ${cidr.detail}` };
    allowed[cidr.family].addSubnet(cidr.network, cidr.prefix, cidr.family);
  }
  return { ok: true, policy: { ...settings, allowed } };
}

function parseCidr(text: string): Cidr | { detail: string } {
  const [, network = '', prefixText] = /^([\da-f.:]+)\/(\d{1,3})$/i.exec(text) ?? [];
  const version = isIP(network);
  if (version === 0) return { detail: 'is not a CIDR such as 10.0.0.0/8 or fd00::/8' };
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (family === 'ipv6' && mappedIpv4.check(network, family)) {
    return { detail: 'maps IPv4 into IPv6: write it as an IPv4 CIDR' };
  }
  const prefix = Number(prefixText);
  const bits = family === 'ipv4' ? 32 : 128;
  if (prefix > bits) return { detail: `has a prefix longer than ${bits} bits` };
  const cidr: Cidr = { network, prefix, family };
  if (startsItsSubnet(cidr)) return cidr;
  return { detail: `does not start at the first address of its /${prefix}` };
}

// 10.0.0.1/8 is more often a wrong prefix than a request for all of 10.0.0.0/8.
function startsItsSubnet({ network, prefix, family }: Cidr): boolean {
  const groupBits = family === 'ipv4' ? 8 : 16;
  return groupsOf(network, family).every((group, index) => {
    const hostBits = Math.min(groupBits, Math.max(0, (index + 1) * groupBits - prefix));
    return group % 2 ** hostBits === 0;
  });
}

/** The numeric parts of an IPv4 or IPv6 address. */
export function groupsOf(address: string, family: Cidr['family']): number[] {
  if (family === 'ipv4') return address.split('.').map(Number);
  // The URL parser writes IPv6 in its canonical form, without dotted parts.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const groups = (text: string) => text.split(':').filter((group) => group !== '');
  const zeros = ':0'.repeat(8 - groups(canonical).length);
  return groups(canonical.replace('::', `${zeros}:`)).map((group) => Number.parseInt(group, 16));
}

function blockList(family: Cidr['family'], cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

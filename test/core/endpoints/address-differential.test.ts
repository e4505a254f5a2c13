// Our verdict against that of ipaddr.js, on addresses at the borders of every special range and on random ones.
// ADDRESSES=1000000 runs it longer; SEED repeats a run.
import ipaddr from 'ipaddr.js';
import { expect, test } from 'vitest';
import { isAllowedAddress, parseTargetPolicy } from '../../../lambdas/core/endpoints/address.ts';

const count = Number(process.env['ADDRESSES'] ?? 100_000);
const seed = Number(process.env['SEED'] ?? 20_260_901);

/** Every difference there may be. Nowhere do we allow what ipaddr.js refuses. */
const knownDifferences = [
  {
    why: 'IANA has given out 2000::/3 alone; ipaddr.js takes what it has no name for as unicast',
    isOurs: (address: string) =>
      ipaddr.IPv6.isValid(address) &&
      !ipaddr.IPv6.parse(address).match(ipaddr.IPv6.parseCIDR('2000::/3')),
    allowed: false,
  },
];

const policy = parseTargetPolicy({ allowHttp: false, allowCidrs: [], allowHosts: [] });
if (!policy.ok) throw new Error(policy.detail);
const { policy: production } = policy;

test(`judges ${count} addresses as ipaddr.js does, seed ${seed}`, { timeout: 120_000 }, () => {
  const random = mulberry32(seed);
  const unexplained: string[] = [];
  let different = 0;
  let allowedCount = 0;
  for (const address of addresses(random)) {
    const allowed = isAllowedAddress(address, production);
    if (allowed) allowedCount += 1;
    if (allowed === (ipaddr.process(address).range() === 'unicast')) continue;
    different += 1;
    const isKnown = knownDifferences.some(
      (known) => known.allowed === allowed && known.isOurs(address),
    );
    if (!isKnown) unexplained.push(`${address} is ${allowed ? 'allowed' : 'refused'}`);
  }
  expect(unexplained).toEqual([]);
  // A generator that made only one kind of address would prove little.
  expect(allowedCount).toBeGreaterThan(count / 5);
  expect(allowedCount).toBeLessThan((count * 4) / 5);
  expect(different).toBeGreaterThan(0);
});

function* addresses(random: () => number): Generator<string> {
  const borders = [...specialRanges()].flatMap(bordersOf);
  yield* borders;
  for (let made = borders.length; made < count; made += 1) yield randomAddress(random, borders);
}

function randomAddress(random: () => number, borders: readonly string[]): string {
  const bytes = (length: number): number[] =>
    Array.from({ length }, () => Math.floor(random() * 256));
  const kind = Math.floor(random() * 5);
  if (kind === 0) return ipaddr.fromByteArray(bytes(4)).toString();
  if (kind === 1) return ipaddr.fromByteArray(bytes(16)).toString();
  if (kind === 2) return `::ffff:${ipaddr.fromByteArray(bytes(4)).toString()}`;
  if (kind === 3) {
    const [, ...rest] = bytes(16);
    return ipaddr.fromByteArray([0x20 + Math.floor(random() * 0x20), ...rest]).toString();
  }
  // Near a border: the same start, another end.
  const border = ipaddr.parse(borders[Math.floor(random() * borders.length)] ?? '::').toByteArray();
  const kept = Math.floor(random() * border.length);
  return ipaddr
    .fromByteArray([...border.slice(0, kept), ...bytes(border.length - kept)])
    .toString();
}

function* specialRanges(): Generator<[bytes: number[], prefix: number]> {
  for (const family of [ipaddr.IPv4, ipaddr.IPv6]) {
    const { SpecialRanges } = family.prototype as unknown as { SpecialRanges: object };
    for (const ranges of Object.values(SpecialRanges) as RangeOrRanges[]) {
      for (const [start, prefix] of isRange(ranges) ? [ranges] : ranges) {
        yield [start.toByteArray(), prefix];
      }
    }
  }
  yield [ipaddr.parse('2000::').toByteArray(), 3];
  yield [Array.from({ length: 16 }, () => 0), 96];
}

type Range = [start: { toByteArray(): number[] }, prefix: number];
type RangeOrRanges = Range | Range[];

function isRange(ranges: RangeOrRanges): ranges is Range {
  return !Array.isArray(ranges[0]);
}

/** The first and last address of a range, and its neighbours on both sides. */
function bordersOf([bytes, prefix]: [number[], number]): string[] {
  const bits = BigInt(bytes.length * 8);
  const first = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  const last = first + (1n << (bits - BigInt(prefix))) - 1n;
  return [first - 1n, first, last, last + 1n]
    .map((value) => BigInt.asUintN(Number(bits), value))
    .map((value) =>
      bytes.map((_, index) => Number((value >> (bits - 8n * BigInt(index + 1))) & 255n)),
    )
    .map((around) => ipaddr.fromByteArray(around).toString());
}

function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

// How many wrong keys and signatures of one source are examined: a bucket that leaks every second.
// Only failures fill it, so that valid callers are never held up by being busy. Pure: the time
// comes in as a value.
import { isIPv6 } from 'node:net';
import { limits } from '../../contract/limits/limits.ts';
import { groupsOf } from '../endpoints/address.ts';

/** The fill level as of a reading of the monotonic clock, ms. */
export type Wrongs = { count: number; at: number };

/** How long until one more may be examined, ms. */
export function waitAfter(known: Wrongs | undefined, most: number, now: number): number {
  const over = left(known, most, now) + 1 - most;
  return over <= 0 ? 0 : (over / perSecond(most)) * 1_000;
}

export function oneMore(known: Wrongs | undefined, most: number, now: number): Wrongs {
  return { count: left(known, most, now) + 1, at: now };
}

function left(known: Wrongs | undefined, most: number, now: number): number {
  if (known === undefined) return 0;
  return Math.max(0, known.count - ((now - known.at) / 1_000) * perSecond(most));
}

function perSecond(most: number): number {
  return most / limits.wrongCredentialsForgottenSeconds;
}

/**
 * The party that an address identifies: an IPv4 address, or the network of an IPv6 one, since
 * anybody has any number of addresses within it.
 */
export function sourceOf(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const groups = groupsOf(plain, 'ipv6');
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  const told = isMapped ? groups.slice(6) : groups.slice(0, 4);
  return told.map((group) => group.toString(16)).join(':');
}

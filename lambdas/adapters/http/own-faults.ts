// Node and c-ares errors that mean that the service itself lacked something for sending, before a
// packet could have left: the endpoint is not to blame, and no attempt fails. While a fault
// persists, the message goes back again and again, ever less often.
import { networkInterfaces } from 'node:os';
import { isIPv6 } from 'node:net';
import { UnsentError, type OwnFault } from '../../core/shared/port-errors.ts';
import { codeOf } from './node-error.ts';

// No peer can cause these.
const dialCodes: Readonly<Record<string, OwnFault>> = {
  EMFILE: 'no_descriptor',
  ENFILE: 'no_descriptor',
  EADDRNOTAVAIL: 'no_port',
  ENOMEM: 'no_memory',
  ENOBUFS: 'no_memory',
};

// A router's ICMP message can cause these, too: only errors raised by this machine count.
const localDialCodes: Readonly<Record<string, OwnFault>> = {
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
  ENETDOWN: 'no_route',
  ENETUNREACH: 'no_route',
};

// An IPv6-only host is unreachable from a machine without IPv6: that is not temporary.
const codesWithoutIpv6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETDOWN', 'ENETUNREACH']);

// A name server answered, or did not in time, or the name could not be queried.
const dnsServersCodes = new Set([
  'EBADNAME',
  'EBADRESP',
  'EFORMERR',
  'ENODATA',
  'ENONAME',
  'ENOTFOUND',
  'ENOTIMP',
  'EREFUSED',
  'ESERVFAIL',
  'ETIMEOUT',
]);

/** Whether a name server answered at all, even if only that it does not know. */
export function isAnswerOfDns(code: string): boolean {
  return dnsServersCodes.has(code) && code !== 'ETIMEOUT';
}

/**
 * Undefined if the peer or network caused the error. `isLocal`: the event loop has not turned since
 * the dial, so nothing can have come back yet.
 */
export function unsentByDial(
  error: unknown,
  { address, isLocal }: { address: string; isLocal: boolean },
  hasIpv6: () => boolean = hasThisMachineIpv6,
): UnsentError | undefined {
  if (error instanceof UnsentError) return error;
  const code = codeOf(error);
  if (isIPv6(address) && codesWithoutIpv6.has(code) && !hasIpv6()) return undefined;
  const fault = dialCodes[code] ?? (isLocal ? (localDialCodes[code] ?? 'broken') : undefined);
  return fault === undefined ? undefined : new UnsentError(fault, error);
}

/**
 * Undefined if a name server caused the error. c-ares has a dozen codes for what fails before it
 * asks one.
 */
export function unsentByDns(codes: readonly string[]): UnsentError | undefined {
  const own = codes.find((code) => !dnsServersCodes.has(code));
  return own === undefined ? undefined : new UnsentError('no_resolver', new Error(own));
}

function hasThisMachineIpv6(): boolean {
  const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return addresses.some(
    ({ family, internal, scopeid }) => family === 'IPv6' && !internal && scopeid === 0,
  );
}

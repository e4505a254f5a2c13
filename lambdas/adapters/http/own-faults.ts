// What Node and c-ares say when the service itself lacks something for sending, before a packet could have left: no
// endpoint is to blame for that, and it fails no attempt. A fault that stays is given back again and again, ever less often.
import { networkInterfaces } from 'node:os';
import { isIPv6 } from 'node:net';
import { UnsentError, type OwnFault } from '../../core/shared/port-errors.ts';
import { codeOf } from './node-error.ts';

// No peer can bring these about.
const dialCodes: Readonly<Record<string, OwnFault>> = {
  EMFILE: 'no_descriptor',
  ENFILE: 'no_descriptor',
  EADDRNOTAVAIL: 'no_port',
  ENOMEM: 'no_memory',
  ENOBUFS: 'no_memory',
};

// A router's ICMP message can, too: only what this machine says by itself counts.
const localDialCodes: Readonly<Record<string, OwnFault>> = {
  EACCES: 'not_permitted',
  EPERM: 'not_permitted',
  ENETDOWN: 'no_route',
  ENETUNREACH: 'no_route',
};

// A host that has IPv6 addresses alone is out of reach from a machine without one: that is no passing want.
const codesWithoutIpv6 = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'ENETDOWN', 'ENETUNREACH']);

// What a name server answered, or could not answer in time, or a name that none could be asked for.
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

/** Whether a name server said something, were it that it does not know. */
export function isAnswerOfDns(code: string): boolean {
  return dnsServersCodes.has(code) && code !== 'ETIMEOUT';
}

/**
 * Undefined where the peer or the network gave the error. `isLocal` says that the event loop has not turned since the
 * dial: nothing can have come back yet.
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

/** Undefined where a name server gave the error. c-ares has a dozen codes for what goes wrong before it asks one. */
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

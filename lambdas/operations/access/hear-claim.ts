// Limits the cost of wrong API keys and signatures: past a threshold per source, requests are
// refused before any lookup or computation. All state is in this process's memory. A source that
// was right before is always heard, so a stranger behind the same proxy cannot lock anybody out.
import { limits } from '../../contract/limits/limits.ts';
import { rememberLatest } from '../../core/shared/remember-latest.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { oneMore, sourceOf, waitAfter } from '../../core/access/wrong-credentials.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'rules' | 'wrongCredentials' | 'rightCredentials'>;

export type Claim = {
  /** The source of the request. */
  address: string;
  /** The key or subscription that the request claims to act for. */
  about: string;
  /** Identifies sources that were right: by what only they can send, or by their address. */
  proof: string;
};

type Bucket = { key: string; most: number };

/** Throws after too many recent failures. */
export function hearClaim(context: Needs, claim: Claim): void {
  if (context.rightCredentials.has(claim.proof)) return;
  const now = context.clock.steady();
  const waits = bucketsOf(context, claim).map(({ key, most }) =>
    waitAfter(context.wrongCredentials.get(key), most, now),
  );
  const waitMs = Math.max(0, ...waits);
  if (waitMs === 0) return;
  throw new ServiceError(
    'too-many-failures',
    'Too many wrong API keys or signatures came from this address',
    [],
    { 'retry-after': String(Math.ceil(waitMs / 1_000)) },
  );
}

export function wasRight({ rightCredentials }: Needs, { proof }: Claim): void {
  rememberLatest(rightCredentials, proof, { value: true, most: limits.credentialsKnownMax });
}

export function wasWrong(context: Needs, claim: Claim): void {
  const { wrongCredentials: wrongs } = context;
  const now = context.clock.steady();
  // A wrong signature does not discredit a producer that was right from the same address.
  if (claim.proof.startsWith('key ')) context.rightCredentials.delete(claim.proof);
  for (const { key, most } of bucketsOf(context, claim)) {
    const value = oneMore(wrongs.get(key), most, now);
    rememberLatest(wrongs, key, { value, most: limits.credentialsKnownMax });
  }
}

/**
 * One bucket per claim, so that a producer with a wrong secret does not block others; one for the
 * whole address.
 */
function bucketsOf({ rules }: Needs, { address, about }: Claim): Bucket[] {
  const most = rules.wrongCredentialsMax;
  if (most === null) return [];
  const source = sourceOf(address);
  return [
    { key: source, most: most * limits.wrongClaimsPerAddress },
    { key: `${source} ${about}`, most },
  ];
}

// Bounds what wrong API keys and signatures cost: beyond so many of one source they are refused before anything is looked
// up or computed. All of it is in this process's memory. Who was right before is always heard, so that nobody is shut out
// by a stranger behind the same proxy.
import { limits } from '../../contract/limits/limits.ts';
import { rememberLatest } from '../../core/shared/remember-latest.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { oneMore, sourceOf, waitAfter } from '../../core/access/wrong-credentials.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'rules' | 'wrongCredentials' | 'rightCredentials'>;

export type Claim = {
  /** Where the request comes from. */
  address: string;
  /** The key or subscription that it claims to speak for. */
  about: string;
  /** Names those that were right: what only they can send, or where they sent it from. */
  proof: string;
};

type Bucket = { key: string; most: number };

/** Throws where too much was wrong of late. */
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
  // A signature that is wrong says nothing against the producer that was right from there.
  if (claim.proof.startsWith('key ')) context.rightCredentials.delete(claim.proof);
  for (const { key, most } of bucketsOf(context, claim)) {
    const value = oneMore(wrongs.get(key), most, now);
    rememberLatest(wrongs, key, { value, most: limits.credentialsKnownMax });
  }
}

/** One for what is claimed, so that a producer with a wrong secret leaves room to others; one for the whole address. */
function bucketsOf({ rules }: Needs, { address, about }: Claim): Bucket[] {
  const most = rules.wrongCredentialsMax;
  if (most === null) return [];
  const source = sourceOf(address);
  return [
    { key: source, most: most * limits.wrongClaimsPerAddress },
    { key: `${source} ${about}`, most },
  ];
}

// Requests by which a sender checks that a URL exists and is ours before it sends events. They are
// answered and are not events. Only somebody who knows the secret gets the owner's answer: nobody
// else may learn what exists.
import { createHmac } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';
import type { SharedVerification, Verification } from '../../contract/events/verification.ts';
import { digestOf } from '../shared/digest.ts';
import type { InboundRequest } from './inbound-claims.ts';
import { claimOf } from './inbound-claims.ts';
import { isSame } from './inbound-verification.ts';
import { membersOf, parsedMembers } from '../shared/members.ts';

export type Greeting = { kind: 'json'; value: Record<string, string> };

/** The answer to a verified POST; null if it is an event. @param secret that it was signed with */
export function greetingIn(
  { scheme }: SharedVerification,
  body: Uint8Array,
  secret: string,
): Greeting | null {
  if (scheme === 'slack') return slackGreeting(parsedMembers(body));
  return scheme === 'zoom' ? zoomGreeting(parsedMembers(body), secret) : null;
}

function slackGreeting({ type, challenge }: Readonly<Record<string, unknown>>): Greeting | null {
  if (type !== 'url_verification' || !isChallenge(challenge)) return null;
  return { kind: 'json', value: { challenge } };
}

function zoomGreeting(
  { event, payload }: Readonly<Record<string, unknown>>,
  secret: string,
): Greeting | null {
  const { plainToken } = membersOf(payload);
  // We sign whatever it is. With a colon it could be the start of a request, and the answer that
  // request's signature.
  if (event !== 'endpoint.url_validation' || !isChallenge(plainToken)) return null;
  if (plainToken.includes(':')) return null;
  const encryptedToken = createHmac('sha256', secret).update(plainToken).digest('hex');
  return { kind: 'json', value: { plainToken, encryptedToken } };
}

export type GetRequest = Pick<InboundRequest, 'headers'> & {
  /** Meta's query parameters. */
  hub: Readonly<Partial<Record<'mode' | 'token' | 'challenge', string | undefined>>>;
};

export type GreetingOfGet = Greeting | { kind: 'text'; value: string };

/** The answer to a GET that knows the secret; null for everybody else. */
export function greetingOfGet(
  verification: Verification,
  secrets: readonly string[],
  request: GetRequest,
): GreetingOfGet | null {
  if (verification.scheme === 'meta') return metaGreeting(verification.verify_token, request.hub);
  if (verification.scheme !== 'okta') return null;
  const challenge = request.headers['x-okta-verification-challenge'];
  const claim = claimOf(verification, { headers: request.headers, body: new Uint8Array() });
  const isOurs = claim !== null && secrets.some((secret) => holds(claim.signatures, secret));
  return isOurs && isChallenge(challenge)
    ? { kind: 'json', value: { verification: challenge } }
    : null;
}

function holds(digests: readonly string[], secret: string): boolean {
  return digests.some((digest) => isSame(digest, digestOf(secret)));
}

function metaGreeting(expected: string, { mode, token, challenge }: GetRequest['hub']) {
  const isOurs = isSame(digestOf(token ?? ''), digestOf(expected));
  if (mode !== 'subscribe' || !isOurs || !isChallenge(challenge)) return null;
  return { kind: 'text', value: challenge } as const;
}

/** It is echoed, so it must be printable and of plausible length. */
function isChallenge(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[!-~]+$/.test(value) && value.length <= limits.challengeLengthMax
  );
}

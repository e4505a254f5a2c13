// A GET of an ingest URL: a sender that checks whether the URL is ours gets its answer. Nobody else
// learns whether the subscription exists.
import { greetingOfGet } from '../../core/events/handshakes.ts';
import type { GetRequest, GreetingOfGet } from '../../core/events/handshakes.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import { defaultTenant } from '../../core/access/tenant.ts';
import type { Context } from '../context.ts';
import { recallSubscription } from '../context.ts';
import { hearClaim, wasRight, wasWrong } from '../access/hear-claim.ts';
import { claimBy, verifyingSecrets } from './verify-event.ts';

/** Null unless the request is a handshake from somebody who knows the secret. */
export async function answerCheck(
  context: Context,
  request: GetRequest & { sourceAddress: string; subscriptionId: string },
): Promise<GreetingOfGet | null> {
  const { hub, headers } = request;
  // Most only check that something answers: those cost no read.
  if (hub.mode === undefined && headers['x-okta-verification-challenge'] === undefined) return null;
  const claim = claimBy(request);
  hearClaim(context, claim);
  const answer = await answerOf(context, request);
  if (answer === null) wasWrong(context, claim);
  else wasRight(context, claim);
  return answer;
}

async function answerOf(
  context: Context,
  request: GetRequest & { subscriptionId: string },
): Promise<GreetingOfGet | null> {
  const { subscriptionId: id } = request;
  if (!isSubscriptionId(id)) return null;
  const found = await recallSubscription(context, defaultTenant, id);
  const verification = found?.verification ?? null;
  if (found === undefined || verification === null || verification.scheme === 'sns') return null;
  const secrets = verifyingSecrets({ ...found, verification }, context.clock.now());
  return greetingOfGet(verification, secrets, request);
}

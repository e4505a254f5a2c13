// Does for the whole subscription what its endpoint asked for in an answer: nothing more at all, or nothing for a
// while. A subscription that changed in the meantime is left as it is: the next answer will ask again.
import { limits } from '../contract/limits.ts';
import type { Subscription } from '../core/subscription.ts';
import type { AfterAttempt } from '../core/transitions.ts';
import type { Context } from './context.ts';
import { forgetSubscription } from './context.ts';

export async function heedEndpoint(
  context: Context,
  subscription: Subscription,
  asked: Pick<AfterAttempt, 'disable' | 'holdUntil'>,
): Promise<void> {
  const wish = wishOf(subscription, asked);
  if (wish === null) return;
  const done = await context.subscriptions.replace(subscription, {
    ...subscription,
    ...wish,
    updatedAt: context.clock.now(),
    version: subscription.version + 1,
  });
  const { tenant, id } = subscription;
  forgetSubscription(context, tenant, id);
  if (done === 'superseded') return;
  const name = wish.status === 'inactive' ? 'subscription.disabled' : 'subscription.held';
  context.log.info(name, { tenant, subscriptionId: id, ...wish });
}

function wishOf(
  subscription: Subscription,
  asked: Pick<AfterAttempt, 'disable' | 'holdUntil'>,
): Partial<Subscription> | null {
  if (asked.disable) return { status: 'inactive', inactiveReason: 'gone' };
  if (asked.holdUntil === null) return null;
  // Workers that are told the same at about the same time need not all store it.
  const knownUntil = (subscription.heldUntil ?? 0) + limits.earlyToleranceMs;
  return asked.holdUntil > knownUntil ? { heldUntil: asked.holdUntil } : null;
}

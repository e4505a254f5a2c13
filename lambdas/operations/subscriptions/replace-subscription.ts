// Stores a change of a subscription, after sending its announcement.
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { announceHealth } from '../announcements/announce.ts';
import type { Context } from '../context.ts';
import { forgetSubscription } from '../context.ts';

export async function replaceSubscription(
  context: Context,
  before: Subscription,
  after: Subscription,
): Promise<'replaced' | 'superseded'> {
  await announceHealth(context, before, after);
  const done = await context.subscriptions.replace(before, after);
  forgetSubscription(context, after.tenant, after.id);
  return done;
}

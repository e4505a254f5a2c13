// Cancels one page of a deleted subscription's open deliveries. Any that it misses (a publisher may
// still have the old subscription in its memo) are cancelled by their own messages, which find no
// subscription.
import type { CancelMessage } from '../../contract/messages.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import type { StatsDelta } from '../../core/ledger/stats.ts';
import { cancel } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';
import { pageOfSubscription } from './page-of-subscription.ts';

export async function cancelDeliveries(
  context: Context,
  message: CancelMessage,
): Promise<StatsDelta[]> {
  const { tenant, subscriptionId, cursor } = message;
  if (!isSubscriptionId(subscriptionId)) return [];
  // The request that sent this job may have failed before deleting.
  if ((await context.subscriptions.get(tenant, subscriptionId)) !== undefined) return [];
  const now = context.clock.now();
  const page = await pageOfSubscription(context, { tenant, subscriptionId, cursor });
  const deltas: StatsDelta[] = [];
  for (const delivery of page.items) {
    const { retentionMs } = context.rules;
    const next = cancel(delivery, { reason: 'subscription_deleted', now, retentionMs });
    if (next === null) continue;
    // A worker has just recorded a superseded row; its next message cancels it.
    if ((await context.deliveries.transition(delivery, next)) === 'applied') {
      deltas.push(statsDelta(delivery, next, null));
    }
  }
  if (page.nextCursor !== null) {
    await context.queue.send([{ ...message, cursor: page.nextCursor, dueAt: now }]);
  }
  return deltas;
}

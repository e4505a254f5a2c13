// Deletes a subscription. The jobs that cancel its open deliveries go first: a crash in between
// leaves jobs that still find the subscription and end, never deliveries of a subscription that is
// gone. The tombstone precedes both: if the queue loses the jobs, the ledger check sends them
// again.
import type { SubscriptionId } from '../../core/ids.ts';
import { cancelJobs } from '../../core/backlog/jobs.ts';
import type { Context } from '../context.ts';
import { forgetSubscription } from '../context.ts';
import { findSubscription } from './find-subscription.ts';

export async function deleteSubscription(
  context: Context,
  tenant: string,
  id: SubscriptionId,
): Promise<void> {
  await findSubscription(context, tenant, id);
  const now = context.clock.now();
  await context.ledgerChecks.addTombstone({ tenant, subscriptionId: id, deletedAt: now });
  await context.queue.send(cancelJobs(tenant, id, now));
  await context.subscriptions.remove(tenant, id);
  forgetSubscription(context, tenant, id);
  context.subscriptionCountMemo.forget(tenant);
}

// Re-requests the next attempt of overdue deliveries, under the turn in their row. Message first,
// row last, as everywhere: after a crash in between it is requested once more, and the duplicate
// rules drop the extra.
import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { attemptAgain, isOverdue } from '../../core/ledger/overdue.ts';
import { askedAgain } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';
import { recallSubscription } from '../context.ts';

type Reads = Pick<Context, 'subscriptions' | 'subscriptionMemo' | 'clock'>;

/** Those later than `lateMs` without a pause of their subscription to explain it. */
export async function overdueOf(
  context: Reads,
  deliveries: readonly Delivery[],
  lateMs: number,
): Promise<Delivery[]> {
  const now = context.clock.now();
  const overdue: Delivery[] = [];
  for (const delivery of deliveries) {
    if (!isOverdue(delivery, { now, lateMs, heldUntil: null })) continue;
    const { tenant, subscriptionId } = delivery;
    const subscription = await recallSubscription(context, tenant, subscriptionId);
    const heldUntil = subscription?.heldUntil ?? null;
    if (isOverdue(delivery, { now, lateMs, heldUntil })) overdue.push(delivery);
  }
  return overdue;
}

/** @param dueAt when the message of the delivery with this place among the others is due, epoch ms */
export async function askAgain(
  context: Pick<Context, 'queue' | 'deliveries' | 'clock'>,
  deliveries: readonly Delivery[],
  dueAt: (place: number) => number,
): Promise<void> {
  for (let from = 0; from < deliveries.length; from += limits.jobPageSize) {
    const page = deliveries.slice(from, from + limits.jobPageSize);
    const now = context.clock.now();
    const messages = page.map((delivery, place) =>
      attemptAgain(delivery, dueAt(from + place), now),
    );
    await context.queue.send(messages.filter((message) => message !== null));
    // A row that changed concurrently was not lost.
    await Promise.all(
      page.map((delivery) => context.deliveries.transition(delivery, askedAgain(delivery, now))),
    );
  }
}

// The accept protocol: message first, row last. The row is the commit point, so there is no row without its
// message: a crash between the two leaves a message that its receiver drops, and nobody was told 202.
import type { AttemptMessage } from '../../contract/messages.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { heldBackBy } from '../../core/endpoints/health.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { turnFrom } from '../../core/ids.ts';
import type { SenderHeaders } from '../../core/events/sender-headers.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { accept } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';
import { countChanges } from '../ledger/count-changes.ts';

export type AcceptedEvent = {
  id: DeliveryId;
  eventType: string | null;
  contentType: string;
  contentEncoding: string | null;
  /** Set for a producer's event only; the service's own announcements have none. */
  senderHeaders?: SenderHeaders | null;
  hops: number;
  body: Uint8Array;
};

type Needs = Pick<Context, 'clock' | 'chance' | 'deliveries' | 'queue' | 'stats' | 'log'>;

export async function acceptEvent(
  context: Needs,
  subscription: Subscription,
  event: AcceptedEvent,
): Promise<void> {
  const at = context.clock.now();
  const delivery = accept({
    at,
    tenant: subscription.tenant,
    id: event.id,
    eventType: event.eventType,
    contentType: event.contentType,
    contentEncoding: event.contentEncoding,
    senderHeaders: event.senderHeaders ?? null,
    hops: event.hops,
    heldBackBy: heldBackBy(subscription),
    turn: turnFrom(context.chance.bytes(5)),
  });
  // A parked delivery owes no message: the subscription's backlog job sends it.
  if (delivery.turn !== null) {
    await context.queue.send([attemptRequest(delivery, delivery.turn, at)]);
  }
  const committed = await context.deliveries.commit(delivery, event.body);
  if (committed === 'committed' && delivery.status === 'parked') {
    await countChanges(context, [statsDelta(null, delivery, null)]);
  }
}

/** The message that requests the delivery's next attempt, due now. */
export function attemptRequest(delivery: Delivery, turn: string, now: number): AttemptMessage {
  return {
    version: 1,
    kind: 'attempt',
    tenant: delivery.tenant,
    deliveryId: delivery.id,
    cycle: delivery.cycle,
    attempt: delivery.cycleAttempt + 1,
    turn,
    sentAt: now,
    dueAt: now,
  };
}

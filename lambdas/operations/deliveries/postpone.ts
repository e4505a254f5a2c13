// Reschedules an attempt's message without burning an attempt: the endpoint asked for a pause, or
// the rate limit has no earlier slot. The message keeps its turn, so it proceeds whatever the row
// shows.
import { limits } from '../../contract/limits/limits.ts';
import type { AttemptMessage } from '../../contract/messages.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { RateLimit } from '../../core/endpoints/rate-limit.ts';
import { postpone } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';

/** After the pause, each at its own moment, so that held messages do not arrive all at once. */
export async function postponePast(
  context: Context,
  message: AttemptMessage,
  { delivery, until }: { delivery: Delivery; until: number },
): Promise<void> {
  const now = context.clock.now();
  const spreadMs = (until - now) * limits.holdSpreadRatio * context.chance.unit();
  const dueAt = Math.ceil(until + spreadMs);
  await context.queue.send([{ ...message, dueAt, slotAt: undefined }]);
  await showNextAttempt(context, delivery, { until: dueAt, isPause: true });
}

/** True when the attempt's slot is now. Otherwise its message waits for its slot. */
export async function hasSlot(
  context: Context,
  message: AttemptMessage,
  { delivery, limit }: { delivery: Delivery; limit: RateLimit | null },
): Promise<boolean> {
  if (limit === null || message.slotAt !== undefined) return true;
  const now = context.clock.now();
  const { tenant, subscriptionId } = delivery;
  const slotAt = await context.rateLimits.reserve(
    { tenant, ownerId: subscriptionId, limit, purpose: 'delivery' },
    now,
  );
  if (slotAt <= now + limits.earlyToleranceMs) return true;
  await context.queue.send([{ ...message, dueAt: slotAt, slotAt }]);
  await showNextAttempt(context, delivery, { until: slotAt, isPause: false });
  return false;
}

/** The message proceeds in any case, so failing to change the row must not bring it back. */
async function showNextAttempt(
  context: Context,
  before: Delivery,
  putOff: { until: number; isPause: boolean },
): Promise<void> {
  const now = context.clock.now();
  if (before.status === 'parked' || putOff.until - now < limits.putOffShownMsMin) return;
  try {
    await context.deliveries.transition(before, postpone(before, putOff, now));
  } catch (error) {
    context.log.error('next_attempt.unshown', { deliveryId: before.id }, error);
  }
}

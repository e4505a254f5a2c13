// Postpones an attempt that could not be sent because the service itself lacked a resource. It
// sends a new message, since one that merely becomes visible again ends as a dead letter after a
// few receives.
import type { AttemptMessage } from '../../contract/messages.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { UnsentError } from '../../core/shared/port-errors.ts';
import { unsentDelayMs } from '../../core/deliveries/unsent.ts';
import type { Context } from '../context.ts';

export async function giveBack(
  context: Context,
  message: AttemptMessage,
  { delivery, error }: { delivery: Delivery; error: UnsentError },
): Promise<void> {
  const now = context.clock.now();
  context.sending.unsent = { fault: error.fault, at: now };
  const unsent = (message.unsent ?? 0) + 1;
  const dueAt = now + unsentDelayMs(unsent, context.chance.unit());
  const { tenant, id: deliveryId, subscriptionId } = delivery;
  const fields = { tenant, deliveryId, subscriptionId, fault: error.fault, tries: unsent, dueAt };
  context.log.error('attempt.unsent', fields, error);
  await context.queue.send([{ ...message, unsent, dueAt, slotAt: undefined }]);
}

// How a message waits: SQS delays it by at most 15 minutes, EventBridge Scheduler by any time but
// only to the minute.
import type { AttemptMessage, QueueMessage } from '../../../contract/messages.ts';

export type Route =
  | { by: 'queue'; delaySeconds: number }
  /** Epoch seconds. */
  | { by: 'schedule'; message: AttemptMessage; atSeconds: number };

/**
 * Only attempts are scheduled: a schedule's name must identify its message. A job that must wait
 * longer is received early and resent by its receiver.
 */
export function routeOf(message: QueueMessage, now: number, queueDelaySecondsMax: number): Route {
  const delaySeconds = Math.max(0, Math.ceil((message.dueAt - now) / 1_000));
  if (delaySeconds <= queueDelaySecondsMax) return { by: 'queue', delaySeconds };
  if (message.kind !== 'attempt') return { by: 'queue', delaySeconds: queueDelaySecondsMax };
  return { by: 'schedule', message, atSeconds: Math.ceil(message.dueAt / 1_000) };
}

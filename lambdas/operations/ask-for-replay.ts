// One replay, by a person or by a job: the row to store, and the messages that must be sent before it.
import type { AttemptMessage } from '../contract/messages.ts';
import type { Delivery } from '../core/delivery.ts';
import { replay } from '../core/transitions.ts';
import { attemptRequest } from './accept-event.ts';

export function askForReplay(
  delivery: Delivery,
  when: { now: number; dueAt: number; active: boolean },
): { next: Delivery; messages: readonly AttemptMessage[] } {
  const next = replay(delivery, when);
  // What is parked owes no message. One that is due later waits for its row from then on.
  const messages = next.status === 'pending' ? [attemptRequest(next, when.dueAt)] : [];
  return { next, messages };
}

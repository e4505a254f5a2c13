// One replay, by a person or by a job: the row to store, and the message that must be sent before it.
import type { AttemptMessage } from '../../contract/messages.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { turnFrom } from '../../core/ids.ts';
import { replay } from '../../core/deliveries/transitions.ts';
import type { Start } from '../../core/deliveries/transitions.ts';
import { attemptRequest } from '../events/accept-event.ts';
import type { Context } from '../context.ts';

/** Null for a parked delivery, which owes no message. */
export function askForReplay(
  context: Pick<Context, 'chance'>,
  delivery: Delivery,
  when: { now: number; start: Omit<Start, 'turn'> },
): { next: Delivery; message: AttemptMessage | null } {
  const { now, start } = when;
  const next = replay(delivery, { ...start, turn: turnFrom(context.chance.bytes(5)) }, now);
  if (next.turn === null) return { next, message: null };
  return { next, message: { ...attemptRequest(next, next.turn, now), dueAt: start.at } };
}

// What must hold of waits whatever a clock once said: a process whose own clock is right puts nothing off that is due, and
// gives no slot later than those before it take.
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import type { RateLimit } from '../../lambdas/core/endpoints/rate-limit.ts';
import { slotIntervalMs } from '../../lambdas/core/endpoints/rate-limit.ts';
import { offMsOfLate, offsetOf } from './clocks.ts';
import { must } from './facts.ts';
import type { Kernel, Process } from './kernel.ts';

/** Of what is stored, sent and received, all slow. */
const slackMs = 30_000;

export type ClockInvariants = {
  /** The process sends the message, perhaps again for the same time. */
  sent(process: Process, message: QueueMessage): void;
  reserved(process: Process, about: { key: string; limit: RateLimit; slotAt: number }): void;
};

export function createClockInvariants(kernel: Kernel): ClockInvariants {
  /** When each message is due, by a clock that is right. */
  const dueAt = new Map<string, number>();
  const reservations = new Map<string, number>();
  return {
    sent(process, message) {
      const now = kernel.timeline.now();
      const name = JSON.stringify({ ...message, stampedAt: 0, sentAt: 0 });
      const due = dueAt.get(name);
      if (due === undefined) {
        dueAt.set(name, message.dueAt - offsetOf(kernel, process));
        return;
      }
      const isPutOff = message.dueAt - offsetOf(kernel, process) > now + slackMs;
      const lateMs = now - due;
      must(
        !isPutOff || lateMs <= slackMs + offMsOfLate(kernel, process),
        'I19 what is due is not put off',
        () => `${message.kind} is ${lateMs} ms late and put off by a clock that was wrong once`,
      );
    },
    reserved(process, { key, limit, slotAt }) {
      const count = (reservations.get(key) ?? 0) + 1;
      reservations.set(key, count);
      const aheadMs = slotAt - offsetOf(kernel, process) - kernel.timeline.now();
      const mostMs = count * slotIntervalMs(limit) + slackMs + offMsOfLate(kernel, process);
      must(aheadMs <= mostMs, 'I19 a slot is no later than those before it take', () => {
        return `slot ${count} is ${aheadMs} ms ahead, of ${mostMs} ms allowed`;
      });
    },
  };
}

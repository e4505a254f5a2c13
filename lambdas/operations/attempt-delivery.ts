// The attempt protocol for one message: decide, send, schedule the next attempt, then record this one. A crash
// anywhere redelivers the message: at most one extra request with the same webhook-id, never a lost retry.
import { limits } from '../contract/limits.ts';
import type { AttemptMessage } from '../contract/messages.ts';
import { decide } from '../core/decide.ts';
import type { Delivery } from '../core/delivery.ts';
import type { LoadedDelivery } from '../core/ports.ts';
import type { SendResult } from '../core/send-result.ts';
import { statsDelta } from '../core/stats.ts';
import type { StatsDelta } from '../core/stats.ts';
import type { Subscription } from '../core/subscription.ts';
import { afterAttempt, cancel, park, postpone } from '../core/transitions.ts';
import type { AfterAttempt } from '../core/transitions.ts';
import type { Context } from './context.ts';
import { recallSubscription } from './context.ts';
import { heedEndpoint } from './heed-endpoint.ts';
import { askForRetry, recordAttempt } from './record-attempt.ts';
import { sendEvent } from './send-event.ts';
import type { Sending } from './send-event.ts';

export type AttemptTask = {
  message: AttemptMessage;
  found: LoadedDelivery | undefined;
  /** Epoch ms at which the function is stopped. */
  endsAt: number;
};

/** Resolves when the message is done with; rejects when it must come again. Returns what to count. */
export async function attemptDelivery(context: Context, task: AttemptTask): Promise<StatsDelta[]> {
  const { message, found } = task;
  const subscription =
    found === undefined
      ? undefined
      : await recallSubscription(context, message.tenant, found.delivery.subscriptionId);
  const now = context.clock.now();
  const decision = decide(message, { delivery: found?.delivery, subscription }, now);
  switch (decision.do) {
    case 'await-commit':
      await context.queue.send([{ ...message, dueAt: now + limits.commitResendDelayMs }]);
      return [];
    case 'drop':
    case 'skip':
      context.log.info('delivery.skipped', { ...idsOf(message), reason: decision.reason });
      return [];
    case 'park':
      return change(context, decision.delivery, park(decision.delivery, now));
    case 'cancel':
      return change(context, decision.delivery, cancelled(context, decision.delivery));
    case 'postpone':
      return putOff(context, message, decision);
    case 'send':
      if (!hasTime(context, decision.subscription, task.endsAt)) {
        // What could not finish is not begun: another function takes it up.
        await context.queue.send([message]);
        return [];
      }
      return send(context, message, { ...decision, body: found?.body ?? new Uint8Array() });
  }
}

function hasTime(context: Context, subscription: Subscription, endsAt: number): boolean {
  const timeoutMs = subscription.timeoutMs ?? context.rules.timeoutMs;
  return context.clock.now() + timeoutMs + limits.recordReserveMs <= endsAt;
}

function idsOf(message: AttemptMessage): Record<string, unknown> {
  const { tenant, deliveryId, cycle, attempt } = message;
  return { tenant, deliveryId, cycle, cycleAttempt: attempt };
}

function cancelled(context: Context, delivery: Delivery): Delivery {
  const now = context.clock.now();
  const { retentionMs } = context.rules;
  return cancel(delivery, { reason: 'subscription_deleted', now, retentionMs }) ?? delivery;
}

async function change(context: Context, before: Delivery, after: Delivery): Promise<StatsDelta[]> {
  const done = await context.deliveries.transition(before, after);
  if (done === 'superseded') throw new Error('The delivery changed while it was decided');
  context.log.info('delivery.changed', { deliveryId: after.id, status: after.status });
  return [statsDelta(before, after, null)];
}

/** Asks again when the pause is over, at a moment of its own so that not everything held comes at once. */
async function putOff(
  context: Context,
  message: AttemptMessage,
  { delivery, until }: { delivery: Delivery; until: number },
): Promise<StatsDelta[]> {
  const now = context.clock.now();
  const spreadMs = (until - now) * limits.holdSpreadRatio * context.chance.unit();
  // Never so soon that the copy could be handled before the row knows of it.
  const dueAt = Math.max(Math.ceil(until + spreadMs), now + limits.commitResendDelayMs);
  const wasDueAt = message.wasDueAt ?? message.dueAt;
  const rowDueAt = delivery.nextAttemptAt ?? undefined;
  await context.queue.send([{ ...message, dueAt, wasDueAt, rowDueAt }]);
  return change(context, delivery, postpone(delivery, dueAt, now));
}

async function send(
  context: Context,
  message: AttemptMessage,
  sending: Sending,
): Promise<StatsDelta[]> {
  const { delivery, subscription } = sending;
  const at = context.clock.now();
  const result = await sendEvent(context, sending);
  const jitter = context.chance.unit();
  const judge = (current: Delivery): AfterAttempt =>
    afterAttempt(current, {
      cycle: message.cycle,
      cycleAttempt: message.attempt,
      targetUrl: subscription.targetUrl,
      at,
      result,
      schedule: subscription.retrySchedule ?? context.rules.retrySchedule,
      retentionMs: context.rules.retentionMs,
      now: at + result.durationMs,
      jitter,
    });
  const after = judge(delivery);
  // First the next attempt, then the record: the other order could lose the retry in a crash.
  await askForRetry(context, message, after);
  await heedEndpoint(context, subscription, after);
  logAttempt(context, message, { after, result });
  return recordAttempt(context, { message, delivery, judge });
}

function logAttempt(
  context: Context,
  message: AttemptMessage,
  done: { after: AfterAttempt; result: SendResult },
): void {
  const { attempt, delivery, retryAt } = done.after;
  context.log.info('delivery.attempted', {
    ...idsOf(message),
    subscriptionId: delivery.subscriptionId,
    eventType: delivery.eventType,
    attemptNumber: attempt.number,
    outcome: attempt.outcome,
    statusCode: attempt.statusCode,
    errorCode: attempt.errorCode,
    durationMs: done.result.durationMs,
    ageMs: attempt.at - delivery.createdAt,
    status: delivery.status,
    nextAttemptAt: retryAt,
  });
}

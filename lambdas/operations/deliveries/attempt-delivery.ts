// The attempt protocol for one message: decide, send, schedule the next attempt, then record this one. A crash
// anywhere redelivers the message: at most one extra request with the same webhook-id, never a lost retry.
import { limits } from '../../contract/limits/limits.ts';
import type { AttemptMessage } from '../../contract/messages.ts';
import { decide, nextLook } from '../../core/deliveries/decide.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { turnFrom } from '../../core/ids.ts';
import { UnsentError } from '../../core/shared/port-errors.ts';
import type { LoadedDelivery } from '../../core/ports.ts';
import type { SendResult } from '../../core/deliveries/send-result.ts';
import { statsDelta } from '../../core/ledger/stats.ts';
import type { StatsDelta } from '../../core/ledger/stats.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { afterAttempt, cancel, park } from '../../core/deliveries/transitions.ts';
import type { AfterAttempt } from '../../core/deliveries/transitions.ts';
import type { Context } from '../context.ts';
import { recallSubscription } from '../context.ts';
import { giveBack } from './give-back.ts';
import { applyFeedback } from '../endpoints/endpoint-feedback.ts';
import { hasSlot, postponePast } from './postpone.ts';
import { askForRetry, recordAttempt } from './record-attempt.ts';
import { sendEvent } from './send-event.ts';

export type AttemptTask = {
  message: AttemptMessage;
  found: LoadedDelivery | undefined;
  /** Epoch ms when the function is stopped. */
  endsAt: number;
};

/** Resolves when the message is done; rejects when it must come again. Returns what to count. */
export async function attemptDelivery(context: Context, task: AttemptTask): Promise<StatsDelta[]> {
  const { message, found } = task;
  const subscription = await subscriptionFor(context, task);
  const now = context.clock.now();
  const decision = decide(message, { delivery: found?.delivery, subscription }, now);
  switch (decision.do) {
    case 'await-commit':
      await context.queue.send([nextLook(message, now)]);
      return [];
    case 'drop':
    case 'skip':
      context.log.info('delivery.skipped', { ...idsOf(message), reason: decision.reason });
      return [];
    case 'park':
      return change(context, decision.delivery, park(decision.delivery, decision.reason, now));
    case 'cancel':
      return change(context, decision.delivery, cancelled(context, decision.delivery));
    case 'postpone':
      await postponePast(context, message, decision);
      return [];
    case 'send':
      return sendInTime(context, task, { ...decision, body: found?.body ?? new Uint8Array() });
  }
}

/** A probe must bypass the memo: the change that announced it has only just been stored. */
async function subscriptionFor(
  context: Context,
  { message, found }: AttemptTask,
): Promise<Subscription | undefined> {
  if (found === undefined) return undefined;
  const { subscriptionId } = found.delivery;
  return message.probe === undefined
    ? recallSubscription(context, message.tenant, subscriptionId)
    : context.subscriptions.get(message.tenant, subscriptionId);
}

type Sending = LoadedDelivery & { subscription: Subscription; isProbe: boolean };

async function sendInTime(
  context: Context,
  { message, endsAt }: AttemptTask,
  sending: Sending,
): Promise<StatsDelta[]> {
  const { delivery, subscription, isProbe } = sending;
  if (!hasTime(context, subscription, endsAt)) {
    // Do not start what cannot finish: another function will take it.
    await context.queue.send([message]);
    return [];
  }
  const limit = isProbe ? null : subscription.rateLimit;
  if (!(await hasSlot(context, message, { delivery, limit }))) return [];
  return send(context, message, sending);
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
  if (done === 'superseded')
    throw new Error('The delivery changed while deciding what to do with it');
  context.log.info('delivery.changed', { deliveryId: after.id, status: after.status });
  return [statsDelta(before, after, null)];
}

async function send(
  context: Context,
  message: AttemptMessage,
  sending: Sending,
): Promise<StatsDelta[]> {
  const { delivery, subscription, isProbe } = sending;
  const at = context.clock.now();
  const result = await sendOrGiveBack(context, message, sending);
  if (result === null) return [];
  const jitter = context.chance.unit();
  const turn = turnFrom(context.chance.bytes(5));
  const judge = (current: Delivery): AfterAttempt =>
    afterAttempt(current, {
      isProbe,
      cycle: message.cycle,
      cycleAttempt: message.attempt,
      targetUrl: subscription.targetUrl,
      at,
      result,
      schedule: subscription.retrySchedule ?? context.rules.retrySchedule,
      retentionMs: context.rules.retentionMs,
      now: at + result.durationMs,
      jitter,
      turn,
    });
  const after = judge(delivery);
  // Next attempt first, record second: in the other order a crash could lose the retry.
  await askForRetry(context, message, after);
  await applyFeedback(context, subscription, { after, result, isProbe });
  logAttempt(context, message, { after, result });
  return recordAttempt(context, { message, subscription, delivery, judge });
}

/**
 * Null when nothing could be sent: that is not an attempt, and the message waits for another try.
 */
async function sendOrGiveBack(
  context: Context,
  message: AttemptMessage,
  sending: Sending,
): Promise<SendResult | null> {
  try {
    const result = await sendEvent(context, sending);
    context.sending.unsent = null;
    return result;
  } catch (error) {
    if (!(error instanceof UnsentError)) throw error;
    await giveBack(context, message, { delivery: sending.delivery, error });
    return null;
  }
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

// What must hold of every request that an endpoint receives.
import { createHmac } from 'node:crypto';
import { limits } from '../../lambdas/contract/limits.ts';
import { isFinal } from '../../lambdas/core/delivery.ts';
import type { RetrySchedule } from '../../lambdas/core/retry-schedule.ts';
import type { Post } from './endpoints.ts';
import { must } from './invariants.ts';
import type { Facts } from './invariants.ts';
import { shown } from './store.ts';

export type SubscriptionPast = {
  inactiveSince: number | null;
  /** Oldest first; each signs until the next one. */
  secrets: { secret: string | null; from: number }[];
  schedule: RetrySchedule | null;
};

/** The calls between reading a subscription and sending, all of them slow. */
const slackMs = 15_000;

export function checkPost(facts: Facts, post: Post): void {
  const { deliveryId, request, from } = post;
  const now = facts.kernel.timeline.now();
  const row = facts.database.rows.get(deliveryId);
  must(row !== undefined, 'I1', () => `${deliveryId} is sent but was never committed`);
  if (row === undefined) return;
  const { delivery, history } = row;
  const atStart = history.findLast(({ at }) => at < from.startedAt)?.delivery;
  must(
    atStart === undefined || !isFinal(atStart.status) || delivery.cycle > atStart.cycle,
    'I5',
    () => `${shown(delivery)} is sent again although it was final`,
  );
  const past = facts.past.get(delivery.subscriptionId);
  const inactiveMs = now - (past?.inactiveSince ?? now);
  must(
    inactiveMs <= facts.memoTtlMs + slackMs,
    'I6',
    () => `${shown(delivery)} is sent ${inactiveMs} ms after its subscription became inactive`,
  );
  const isExcused = facts.kernel.excused.has(deliveryId);
  const isAwaited = atStart?.status === 'retrying' && atStart.version === delivery.version;
  const dueAt = isAwaited ? (atStart.nextAttemptAt ?? 0) : 0;
  must(
    isExcused || now >= dueAt - limits.earlyToleranceMs - Math.abs(from.skewMs),
    'I4',
    () => `${shown(delivery)} is sent ${dueAt - now} ms early`,
  );
  must(row.body === request.body, 'I7', () => `${shown(delivery)}: other bytes are sent`);
  checkSignature(post, past, now - facts.memoTtlMs - slackMs);
  const ageMs = now + from.skewMs - Number(request.headers['webhook-timestamp']) * 1_000;
  must(
    ageMs >= 0 && ageMs < 2_000,
    'I7',
    () => `${shown(delivery)}: the timestamp is ${ageMs} old`,
  );
}

/** Valid for a secret that was in force since `from`. */
function checkSignature(post: Post, past: SubscriptionPast | undefined, from: number): void {
  const { headers, body } = post.request;
  const secrets = past?.secrets ?? [];
  const inForce = secrets.filter((_, index) => (secrets[index + 1]?.from ?? Infinity) >= from);
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const isValid = inForce.some(({ secret }) => {
    if (secret === null) return headers['webhook-signature'] === undefined;
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const digest = createHmac('sha256', key).update(signed).update(body).digest('base64');
    return headers['webhook-signature'] === `v1,${digest}`;
  });
  must(isValid, 'I7', () => `${post.deliveryId}: the signature is not valid`);
}

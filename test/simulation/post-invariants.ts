// What must hold of every request that an endpoint receives.
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { limits } from '../../lambdas/contract/limits.ts';
import { isFinal } from '../../lambdas/core/delivery.ts';
import { offMsMax, offMsOfLate, offsetOf } from './clocks.ts';
import type { Post } from './endpoints.ts';
import { must } from './facts.ts';
import type { Facts, SubscriptionPast } from './facts.ts';
import { shown } from './store.ts';
import type { Row } from './store.ts';

/** The calls between reading a subscription and sending, all of them slow. */
export const slackMs = 15_000;

export function checkPost(facts: Facts, post: Post): void {
  const now = facts.kernel.timeline.now();
  const row = facts.database.rows.get(post.deliveryId);
  must(row !== undefined, 'I1', () => `${post.deliveryId} is sent but was never committed`);
  if (row === undefined) return;
  checkMoment(facts, post, row);
  const about = shown(row.delivery);
  const past = facts.past.get(row.delivery.subscriptionId);
  const inactiveMs = now - (past?.inactiveSince ?? now);
  const isInTime = inactiveMs <= facts.memoTtlMs + slackMs;
  must(isInTime, 'I6', () => `${about} is sent ${inactiveMs} ms after it became inactive`);
  must(row.body === post.request.body, 'I7', () => `${about}: other bytes are sent`);
  checkSignature(post, past, now - facts.memoTtlMs - slackMs);
  const { kernel } = facts;
  // A clock that is set between the signature and the request tells nothing.
  if (offMsMax(kernel, post.from, now - 1_000) > Math.abs(offsetOf(kernel, post.from))) return;
  const timestamp = Number(post.request.headers['webhook-timestamp']) * 1_000;
  const ageMs = now + offsetOf(kernel, post.from) - timestamp;
  must(ageMs >= 0 && ageMs < 2_000, 'I7', () => `${about}: the timestamp is ${ageMs} ms old`);
}

/** Nothing is sent that was over when its worker began, and nothing before it is due. */
function checkMoment(facts: Facts, { from }: Post, { delivery, history }: Row): void {
  const found = history.findLast(({ at }) => at < from.startedAt);
  if (found === undefined) return;
  const { delivery: atStart, offMs } = found;
  const isOpen = !isFinal(atStart.status) || delivery.cycle > atStart.cycle;
  must(isOpen, 'I5', () => `${shown(delivery)} is sent again although it was final`);
  const isAwaited = atStart.status === 'retrying' && atStart.version === delivery.version;
  if (!isAwaited || facts.kernel.excused.has(delivery.id)) return;
  const earlyMs = (atStart.nextAttemptAt ?? 0) - facts.kernel.timeline.now();
  // The clock of whoever said when, and that of whoever sends.
  const toleratedMs = limits.earlyToleranceMs + offMs + offMsOfLate(facts.kernel, from);
  must(earlyMs <= toleratedMs, 'I4', () => `${shown(delivery)} is sent ${earlyMs} ms early`);
}

const keys = new Map<string, KeyObject>();

/** Made once: it takes longer than the signature. */
function keyOf(secret: string): KeyObject {
  const known = keys.get(secret);
  if (known !== undefined) return known;
  const key = createSecretKey(secret.slice('whsec_'.length), 'base64');
  if (keys.size >= 1_000) keys.clear();
  keys.set(secret, key);
  return key;
}

/** Valid for a secret that was in force since `from`. */
function checkSignature(post: Post, past: SubscriptionPast | undefined, from: number): void {
  const { headers, body } = post.request;
  const secrets = past?.secrets ?? [];
  const inForce = secrets.filter((_, index) => (secrets[index + 1]?.from ?? Infinity) >= from);
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const isValid = inForce.some(({ secret }) => {
    if (secret === null) return headers['webhook-signature'] === undefined;
    const digest = createHmac('sha256', keyOf(secret)).update(signed).update(body).digest('base64');
    return headers['webhook-signature'] === `v1,${digest}`;
  });
  must(isValid, 'I7', () => `${post.deliveryId}: the signature is not valid`);
}

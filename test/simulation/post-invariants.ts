// What must hold of every request that an endpoint receives.
import { createHmac, createSecretKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { AttemptMessage, QueueMessage } from '../../lambdas/contract/messages.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { isFinal } from '../../lambdas/core/deliveries/delivery.ts';
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
  checkPause(facts, row);
  const about = shown(row.delivery);
  const past = facts.past.get(row.delivery.subscriptionId);
  const inactiveMs = now - (past?.inactiveSince ?? now);
  const isInTime = inactiveMs <= facts.memoTtlMs + slackMs;
  must(isInTime, 'I6', () => `${about} is sent ${inactiveMs} ms after it became inactive`);
  must(row.body === post.request.body, 'I7', () => `${about}: other bytes are sent`);
  const { 'Content-Type': type, 'Content-Encoding': encoding = null } = post.request.headers;
  const { contentType, contentEncoding } = row.delivery;
  const isDescribed = type === contentType && encoding === contentEncoding;
  must(isDescribed, 'I7', () => `${about}: the bytes are sent as ${type}, ${encoding}`);
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
  if (facts.released.has(delivery.id)) return;
  const earlyMs = (atStart.nextAttemptAt ?? 0) - facts.kernel.timeline.now();
  // The clock of whoever said when, and that of whoever sends.
  const toleratedMs = limits.earlyToleranceMs + offMs + offMsOfLate(facts.kernel, from);
  must(earlyMs <= toleratedMs, 'I4', () => `${shown(delivery)} is sent ${earlyMs} ms early`);
}

/** Nothing is sent while a pause lasts that the endpoint asked for, unless a person wants it, or it lasts for days. */
function checkPause(facts: Facts, { delivery }: Row): void {
  const now = facts.kernel.timeline.now();
  const past = facts.past.get(delivery.subscriptionId);
  const isKnown = now - (past?.heldSince ?? now) > facts.memoTtlMs + slackMs;
  const isHeeded = now - (delivery.pausesSince ?? now) < limits.pausesMsMax;
  if (!isKnown || !isHeeded || facts.kernel.isDisturbed) return;
  if (facts.replaysAsked.has(delivery.id)) return;
  const earlyMs = (past?.heldUntil ?? 0) - now;
  must(
    earlyMs < slackMs,
    'I4',
    () => `${shown(delivery)} is sent ${earlyMs} ms before a pause ends`,
  );
}

/** Asks for an attempt that waits, before the time that its row shows. */
export function isRelease(facts: Facts, message: QueueMessage): message is AttemptMessage {
  if (message.kind !== 'attempt') return false;
  const delivery = facts.database.rows.get(message.deliveryId as DeliveryId)?.delivery;
  return (
    delivery !== undefined &&
    delivery.turn === message.turn &&
    delivery.pausesSince !== null &&
    message.dueAt < (delivery.nextAttemptAt ?? 0)
  );
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

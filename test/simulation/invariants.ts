// What must hold at every step, whatever went wrong before. The numbers are those of the list in ARCHITECTURE.md,
// "Invariants".
import { limits } from '../../lambdas/contract/limits.ts';
import type {
  AttemptMessage,
  BacklogMessage,
  QueueMessage,
} from '../../lambdas/contract/messages.ts';
import type { Attempt, Delivery } from '../../lambdas/core/delivery.ts';
import { isFinal } from '../../lambdas/core/delivery.ts';
import type { DeadLetterId, DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import { heldBackBy } from '../../lambdas/core/health.ts';
import type { Subscription } from '../../lambdas/core/subscription.ts';
import { sendsMax, waitsOf } from '../../lambdas/core/retry-schedule.ts';
import type { RetrySchedule } from '../../lambdas/core/retry-schedule.ts';
import type { Announcements } from './announcements.ts';
import { checkBuried, messageIn } from './dead-letter-invariants.ts';
import type { Post } from './endpoints.ts';
import { excuse } from './kernel.ts';
import { must } from './facts.ts';
import type { Facts, SubscriptionPast } from './facts.ts';
import { checkPost, slackMs } from './post-invariants.ts';
import {
  checkJobChange,
  checkJobNotForgotten,
  checkJobSettled,
  jobCyclesMax,
} from './replay-invariants.ts';
import { shown } from './store.ts';
import type { DatabaseWatch, Row } from './store.ts';
import type { QueueWatch } from './queue.ts';

export type Invariants = DatabaseWatch &
  QueueWatch & {
    posted(post: Post): void;
    accepted(id: DeliveryId, body: Uint8Array): void;
    /** A person asked for a replay, however often the request was repeated. */
    replayAsked(id: DeliveryId): void;
    /** Nothing that changed in this step may be forgotten by the queue. */
    afterStep(): void;
    /** Everything is over: nothing is left to do. */
    settled(): void;
  };

export function createInvariants(
  world: Pick<Facts, 'kernel' | 'database' | 'schedule' | 'memoTtlMs'>,
  announcements: Announcements,
): Invariants & Facts {
  const facts: Facts = {
    ...world,
    past: new Map(),
    promised: new Set(),
    posts: new Map(),
    answeredAt: new Map(),
    replaysAsked: new Map(),
    waiting: new Map(),
    probes: new Map(),
    jobsMadeAt: new Map(),
  };
  const touched = new Set<DeliveryId>();
  const touchedJobs = new Set<ReplayId>();
  /** Neither over nor parked. */
  const openIds = new Map<SubscriptionId, Set<DeliveryId>>();
  const keepOpen = ({ id, subscriptionId, status }: Delivery) => {
    const open = openIds.get(subscriptionId) ?? new Set();
    openIds.set(subscriptionId, open);
    if (status === 'pending' || status === 'retrying') open.add(id);
    else open.delete(id);
  };
  /** What a letter holds is not forgotten: it is sent again. */
  const inLetters = new Map<DeadLetterId, QueueMessage>();
  const keep = (message: QueueMessage) => {
    const key = keyOf(message);
    const known = facts.waiting.get(key);
    if (known === undefined) facts.waiting.set(key, new Set([message]));
    else known.add(message);
  };
  const touchAll = (id: SubscriptionId) => {
    for (const deliveryId of openIds.get(id) ?? []) touched.add(deliveryId);
    if (!isBacklogKept(facts, id)) {
      for (const deliveryId of world.database.idsOf.get(id) ?? []) touched.add(deliveryId);
    }
  };
  return {
    ...facts,
    deliveryChanged(before, row, attempt) {
      announcements.deliveryChanged(before, row, attempt);
      const offMs = row.history.at(-1)?.offMs ?? 0;
      checkChange(facts, before, { after: row.delivery, attempt, offMs });
      touched.add(row.delivery.id);
      keepOpen(row.delivery);
    },
    subscriptionChanged(id, after) {
      announcements.subscriptionChanged(id, after);
      const past = facts.past.get(id) ?? newPast();
      facts.past.set(id, past);
      remember(past, after, world.kernel.timeline.now());
      touchAll(id);
    },
    replayChanged(before, after) {
      checkJobChange(before, after);
      if (before === null) facts.jobsMadeAt.set(after.id, world.kernel.timeline.now());
      touchedJobs.add(after.id);
    },
    deadLetterChanged(letter) {
      const held = inLetters.get(letter.id) ?? messageIn(letter);
      if (letter.redrivenAt === null) checkBuried(facts, letter);
      if (held === null) return;
      inLetters.set(letter.id, held);
      if (letter.redrivenAt === null) keep(held);
      else this.acknowledged(held);
    },
    sent(message) {
      if (asksAgain(facts, message)) excuse(world.kernel, [message.deliveryId as DeliveryId]);
      keep(message);
    },
    acknowledged(message) {
      facts.waiting.get(keyOf(message))?.delete(message);
      if (message.kind === 'attempt') touched.add(message.deliveryId as DeliveryId);
      else if (message.kind === 'replay') touchedJobs.add(message.replayId as ReplayId);
      else touchAll(message.subscriptionId as SubscriptionId);
    },
    posted(post) {
      facts.posts.set(post.deliveryId, (facts.posts.get(post.deliveryId) ?? 0) + 1);
      if (isAskedForTwice(facts, post.deliveryId)) excuse(world.kernel, [post.deliveryId]);
      facts.answeredAt.set(post.deliveryId, post.answeredAt);
      checkPost(facts, post);
    },
    accepted(id, body) {
      const row = world.database.rows.get(id);
      must(row !== undefined, 'I1', () => `${id} was answered with 202 without a row`);
      const isEntered = world.database.entries.has(id);
      must(isEntered, 'I14 ledger', () => `${id} was answered with 202 without an entry`);
      const isSame = row !== undefined && Buffer.compare(row.body, body) === 0;
      must(isSame, 'I7', () => `${id} was stored with other bytes`);
      facts.promised.add(id);
    },
    replayAsked(id) {
      facts.replaysAsked.set(id, (facts.replaysAsked.get(id) ?? 0) + 1);
    },
    afterStep() {
      for (const id of touched) checkNotForgotten(facts, id);
      touched.clear();
      for (const id of touchedJobs) checkJobNotForgotten(facts, id);
      touchedJobs.clear();
    },
    settled() {
      for (const id of facts.promised) {
        must(world.database.rows.has(id), 'I1', () => `${id} was accepted and is absent`);
      }
      for (const row of world.database.rows.values()) checkSettled(facts, row);
      for (const job of world.database.replays.values()) checkJobSettled(facts, job);
      announcements.settled();
    },
  };
}

/**
 * A drain asks again for what another drain asked for and what is still under way: two that overlap, because somebody
 * paused and resumed twice within a minute, may cost one more request each.
 */
function asksAgain(facts: Facts, message: QueueMessage): message is QueueMessage & AttemptMessage {
  if (message.kind !== 'attempt') return false;
  const row = facts.database.rows.get(message.deliveryId as DeliveryId);
  if (row?.delivery.status !== 'parked') return false;
  return some(
    facts.waiting.get(message.deliveryId),
    (other) =>
      other.kind === 'attempt' && other.cycle === message.cycle && other.attempt >= message.attempt,
  );
}

/**
 * After a fault between the request for a retry and the record of its attempt, the attempt is made again and asks for
 * another. What is recorded first ends the other one; only where both are under way at once both are sent.
 */
function isAskedForTwice({ kernel, database, ...facts }: Facts, id: DeliveryId): boolean {
  const delivery = database.rows.get(id)?.delivery;
  const isUnderWay = (facts.answeredAt.get(id) ?? -Infinity) >= kernel.timeline.now();
  if (delivery === undefined || !isUnderWay || !kernel.excused.has(id)) return false;
  const isNext = ({ cycle, attempt }: AttemptMessage) =>
    cycle === delivery.cycle && attempt === delivery.cycleAttempt + 1;
  const next = [...(facts.waiting.get(id) ?? [])]
    .filter((message) => message.kind === 'attempt')
    .filter(isNext);
  return new Set(next.map(({ turn }) => turn)).size > 1;
}

function keyOf(message: QueueMessage): string {
  switch (message.kind) {
    case 'attempt':
      return message.deliveryId;
    case 'replay':
      return message.replayId;
    case 'backlog':
    case 'cancel':
    case 'announce':
      return message.subscriptionId;
  }
}

function scheduleOf(facts: Facts, delivery: Delivery): RetrySchedule {
  return facts.past.get(delivery.subscriptionId)?.schedule ?? facts.schedule;
}

type Changed = {
  after: Delivery;
  attempt: Attempt | null;
  /** How far the clock may have been off that says when the attempt was made. */
  offMs: number;
};

function checkChange(facts: Facts, before: Delivery | null, change: Changed): void {
  const { after, attempt } = change;
  if (before === null) return;
  checkSteps(before, change);
  checkNotBurnt(facts, before, change);
  const isFailedProbe = attempt !== null && after.reason === 'circuit_open';
  if (isFailedProbe) facts.probes.set(after.id, (facts.probes.get(after.id) ?? 0) + 1);
  // An attempt of an older cycle, or one that was overtaken, changes nothing but the log.
  if (attempt?.cycle === after.cycle && after.cycleAttempt > before.cycleAttempt) {
    checkWait(facts, after, attempt);
  }
}

function checkSteps(
  before: Delivery,
  { after, attempt }: { after: Delivery; attempt: Attempt | null },
): void {
  const about = () => `${shown(before)} → ${shown(after)}`;
  must(after.version === before.version + 1, 'I10 versions', about);
  const recorded = attempt === null ? 0 : 1;
  must(after.attemptCount === before.attemptCount + recorded, 'I10 attempts are dense', about);
  must(attempt === null || attempt.number === after.attemptCount, 'I10 attempt numbers', about);
  const isReplay = after.cycle === before.cycle + 1;
  must(isReplay || after.cycle === before.cycle, 'I10 cycles', about);
  if (!isReplay) {
    must(after.cycleAttempt >= before.cycleAttempt, 'I10 forward', about);
    must(!isFinal(before.status) || after.status === before.status, 'I10 final is final', about);
  }
}

/** While the circuit is open, only success counts; who acts by a memo may not know yet. */
function checkNotBurnt(facts: Facts, before: Delivery, { after, attempt, offMs }: Changed): void {
  const openSince = facts.past.get(after.subscriptionId)?.openSince ?? Infinity;
  const isKnown = attempt !== null && attempt.at - offMs > openSince + facts.memoTtlMs + slackMs;
  const isBurnt = after.status !== 'delivered' && after.cycleAttempt > before.cycleAttempt;
  const isStopped = after.reason === 'aborted' || after.reason === 'gone';
  must(!isKnown || !isBurnt || isStopped, 'I13 no attempt is burnt', () => shown(after));
}

function checkWait(facts: Facts, after: Delivery, attempt: Attempt): void {
  if (after.status !== 'retrying') return;
  const seconds = waitsOf(scheduleOf(facts, after))[after.cycleAttempt - 1];
  must(seconds !== undefined, 'I3 the schedule is used up', () => shown(after));
  const waitMs = (after.nextAttemptAt ?? 0) - (attempt.at + attempt.durationMs);
  const baseMs = (seconds ?? 0) * 1_000;
  const patienceMs = attempt.statusCode === 429 ? Number(attempt.responseBody) * 1_000 : 0;
  const askedMs = Math.min(patienceMs, limits.retryAfterMsMax);
  const least = Math.max(baseMs * (1 - limits.jitterRatio), askedMs) - 1;
  const most =
    Math.max(baseMs * (1 + limits.jitterRatio), askedMs * (1 + limits.holdSpreadRatio)) + 1;
  const about = () => `${shown(after)} waits ${waitMs} ms, not ${least} to ${most}`;
  must(waitMs >= least && waitMs <= most, 'I4', about);
}

/** An open delivery has a message that goes on with it, or it is parked for an inactive subscription. */
function checkNotForgotten(facts: Facts, id: DeliveryId): void {
  const delivery = facts.database.rows.get(id)?.delivery;
  if (delivery === undefined || isFinal(delivery.status)) return;
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  if (delivery.status === 'parked' && subscription?.status === 'inactive') return;
  const isKept =
    some(facts.waiting.get(id), (message) => goesOnWith(delivery, message)) ||
    hasJob(facts, delivery);
  must(isKept, 'I1', () => `${shown(delivery)} is open and no message goes on with it`);
}

function hasJob(facts: Facts, delivery: Delivery): boolean {
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  return some(facts.waiting.get(delivery.subscriptionId), (message) => {
    switch (message.kind) {
      case 'attempt':
      case 'announce':
      case 'replay':
        return false;
      case 'cancel':
        return (
          subscription === undefined && (message.cursor === null || delivery.id < message.cursor)
        );
      case 'backlog':
        return (
          subscription !== undefined &&
          delivery.status === 'parked' &&
          isAtWork(message, subscription) &&
          (comesAgain(message, subscription) || delivery.id > (message.cursor ?? ''))
        );
    }
  });
}

function isAtWork({ job, step }: BacklogMessage, { health }: Subscription): boolean {
  return health.backlogJob?.id === job && step >= health.backlogJob.step;
}

/** True for a job that will go through the whole backlog once more. */
function comesAgain(
  { cursor, waitedSince }: BacklogMessage,
  { health: { circuit } }: Subscription,
): boolean {
  const isOpen = circuit.state === 'open';
  return isOpen || cursor === null || waitedSince !== circuit.since;
}

/** True when everything that is parked, whatever it is, is in good hands. */
function isBacklogKept(facts: Facts, id: SubscriptionId): boolean {
  const subscription = facts.database.subscriptions.get(id);
  if (subscription?.status === 'inactive') return true;
  return some(
    facts.waiting.get(id),
    (message) =>
      message.kind === 'backlog' &&
      subscription !== undefined &&
      isAtWork(message, subscription) &&
      comesAgain(message, subscription),
  );
}

function remember(past: SubscriptionPast, after: Subscription | null, now: number): void {
  if (after !== null) past.schedule = after.retrySchedule;
  const heldBy = after === null ? 'subscription_inactive' : heldBackBy(after);
  const since = (before: number | null, is: boolean) => (is ? (before ?? now) : null);
  past.inactiveSince = since(past.inactiveSince, heldBy === 'subscription_inactive');
  past.openSince = since(past.openSince, heldBy === 'circuit_open');
  const secret = after?.secret ?? null;
  if (past.secrets.at(-1)?.secret !== secret) past.secrets.push({ secret, from: now });
}

function newPast(): SubscriptionPast {
  return { inactiveSince: null, openSince: null, secrets: [], schedule: null };
}

function some<Item>(items: Set<Item> | undefined, test: (item: Item) => boolean): boolean {
  if (items === undefined) return false;
  for (const item of items) if (test(item)) return true;
  return false;
}

function goesOnWith(delivery: Delivery, message: QueueMessage): boolean {
  return (
    message.kind === 'attempt' &&
    message.cycle === delivery.cycle &&
    message.attempt > delivery.cycleAttempt &&
    // Of two messages that ask for the same retry or replay, only the recorded one goes on.
    (message.attempt > delivery.cycleAttempt + 1 ||
      delivery.status === 'parked' ||
      message.turn === delivery.turn)
  );
}

function checkSettled(facts: Facts, row: Row): void {
  const { delivery } = row;
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  const isOver =
    isFinal(delivery.status) ||
    (delivery.status === 'parked' && subscription?.status === 'inactive');
  must(isOver, 'I9', () => `${shown(delivery)} is still open when all is quiet`);
  const posts = facts.posts.get(delivery.id) ?? 0;
  const excused = facts.kernel.excused.get(delivery.id) ?? 0;
  must(
    posts <= delivery.attemptCount + excused,
    'I2',
    () =>
      `${shown(delivery)}: ${posts} requests, ${delivery.attemptCount} recorded, ${excused} excused`,
  );
  const asked = facts.replaysAsked.get(delivery.id) ?? 0;
  // A person's request may be repeated without their doing; a job's replay never is.
  const cycles = 1 + jobCyclesMax(facts, delivery) + (asked === 0 ? 0 : asked + excused);
  must(delivery.cycle <= cycles, 'I3', () => `${shown(delivery)}: of ${cycles} cycles`);
  const probes = facts.probes.get(delivery.id) ?? 0;
  const budget = delivery.cycle * sendsMax(scheduleOf(facts, delivery)) + probes + excused;
  must(posts <= budget, 'I3', () => `${shown(delivery)}: ${posts} requests of ${budget}`);
  const successes = row.attempts.filter(({ outcome }) => outcome === 'success').length;
  const allowed = delivery.cycle + excused;
  must(successes <= allowed, 'I2', () => `${shown(delivery)}: ${successes} successes`);
  const isDense = row.attempts.every(({ number }, index) => number === index + 1);
  must(isDense, 'I10', () => `${shown(delivery)}: attempts are not dense`);
}

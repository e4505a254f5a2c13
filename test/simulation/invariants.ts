// What must hold at every step, whatever went wrong before. The numbers are those of docs/simulation.md, "What must hold".
import type { AttemptMessage, QueueMessage } from '../../lambdas/contract/messages.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import { isFinal } from '../../lambdas/core/deliveries/delivery.ts';
import type { DeadLetterId, DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type { SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import { sendsMax } from '../../lambdas/core/deliveries/retry-schedule.ts';
import type { Announcements } from './announcements.ts';
import { checkBuried, messageIn } from './dead-letter-invariants.ts';
import type { Post } from './endpoints.ts';
import {
  checkBlame,
  checkGivenUp,
  checkTriesGiven,
  checkWait,
  hasGivenUp,
  pausesOf,
  rememberAnswer,
  rememberFailures,
  scheduleOf,
} from './blame-invariants.ts';
import { excuse } from './kernel.ts';
import { must } from './facts.ts';
import type { Facts } from './facts.ts';
import { newPast, remember } from './past.ts';
import { isBacklogKept, isKept, isLost, some } from './kept.ts';
import { checkOverdue, createLossInvariants, isPromised } from './loss-invariants.ts';
import type { LossInvariants } from './loss-invariants.ts';
import { checkPost, isRelease, slackMs } from './post-invariants.ts';
import {
  checkJobChange,
  checkJobNotForgotten,
  isJobKept,
  checkJobSettled,
  jobCyclesMax,
} from './replay-invariants.ts';
import { shown } from './store.ts';
import type { DatabaseWatch, Row } from './store.ts';
import type { QueueWatch } from './queue.ts';

export type Invariants = DatabaseWatch &
  QueueWatch &
  LossInvariants & {
    /** What a check of the ledger sends. */
    sentAgain(message: QueueMessage): void;
    tried(id: DeliveryId): void;
    answered(id: DeliveryId, result: SendResult): void;
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
    tries: new Map(),
    answers: new Map(),
    released: new Set(),
    answeredAt: new Map(),
    replaysAsked: new Map(),
    waiting: new Map(),
    lostAt: new Map(),
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
  const lossInvariants = createLossInvariants(facts, {
    delivery: (delivery) => isKept(facts, delivery),
    replay: (id) => isJobKept(facts, id as ReplayId),
  });
  return {
    ...facts,
    ...lossInvariants,
    deliveryChanged(before, row, attempt) {
      announcements.deliveryChanged(before, row, attempt);
      const offMs = row.history.at(-1)?.offMs ?? 0;
      checkChange(facts, before, { after: row.delivery, attempt, offMs });
      if (hasGivenUp(before, row.delivery)) {
        checkTriesGiven(facts, row, scheduleOf(facts, row.delivery));
      }
      touched.add(row.delivery.id);
      keepOpen(row.delivery);
    },
    subscriptionChanged(id, after) {
      announcements.subscriptionChanged(id, after);
      if (after?.inactiveReason === 'failing' && !facts.past.get(id)?.isGivenUp) {
        checkGivenUp(facts, id);
      }
      if (after !== null && !facts.past.has(id)) rememberFailures(facts, after);
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
      if (isRelease(facts, message)) {
        facts.released.add(message.deliveryId as DeliveryId);
        excuse(world.kernel, [message.deliveryId as DeliveryId]);
      }
      keep(message);
    },
    sentAgain(message) {
      checkOverdue(facts, message);
      if (isOnlyLate(facts, message)) excuse(world.kernel, [message.deliveryId as DeliveryId]);
      keep(message);
    },
    lost(message) {
      facts.waiting.get(keyOf(message))?.delete(message);
      facts.lostAt.set(keyOf(message), world.kernel.timeline.now());
      if (message.kind === 'announce') announcements.lost(message.subscriptionId as SubscriptionId);
    },
    acknowledged(message) {
      facts.waiting.get(keyOf(message))?.delete(message);
      if (message.kind === 'attempt') touched.add(message.deliveryId as DeliveryId);
      else if (message.kind === 'replay') touchedJobs.add(message.replayId as ReplayId);
      else touchAll(message.subscriptionId as SubscriptionId);
    },
    tried(id) {
      facts.tries.set(id, (facts.tries.get(id) ?? 0) + 1);
    },
    answered(id, result) {
      rememberAnswer(facts, id, result);
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

/** The check asks for what another message still goes on with: where both are under way at once, both are sent. */
function isOnlyLate(facts: Facts, message: QueueMessage): message is QueueMessage & AttemptMessage {
  if (message.kind !== 'attempt') return false;
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
    case 'release':
    case 'cancel':
    case 'announce':
      return message.subscriptionId;
  }
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
  checkBlame(facts, after);
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

/** An open delivery has a message that goes on with it, or it is parked for an inactive subscription. */
function checkNotForgotten(facts: Facts, id: DeliveryId): void {
  const delivery = facts.database.rows.get(id)?.delivery;
  if (delivery === undefined || isFinal(delivery.status)) return;
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  if (delivery.status === 'parked' && subscription?.status === 'inactive') return;
  const about = () => `${shown(delivery)} is open and no message goes on with it`;
  must(isLost(facts, delivery) || isKept(facts, delivery), 'I1', about);
}

function checkOver(facts: Facts, { delivery }: Row): void {
  const subscription = facts.database.subscriptions.get(delivery.subscriptionId);
  const isOver =
    isFinal(delivery.status) ||
    (delivery.status === 'parked' && subscription?.status === 'inactive');
  const isOwed = isPromised(facts.database, delivery.id) || !isLost(facts, delivery);
  must(isOver || !isOwed, 'I9', () => `${shown(delivery)} is still open when all is quiet`);
}

function checkSettled(facts: Facts, row: Row): void {
  checkOver(facts, row);
  const { delivery } = row;
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
  let pauses = 0;
  for (let cycle = 1; cycle <= delivery.cycle; cycle += 1) pauses += pausesOf(row, cycle).length;
  const budget = delivery.cycle * sendsMax(scheduleOf(facts, delivery)) + probes + pauses + excused;
  must(posts <= budget, 'I3', () => `${shown(delivery)}: ${posts} requests of ${budget}`);
  const successes = row.attempts.filter(({ outcome }) => outcome === 'success').length;
  const allowed = delivery.cycle + excused;
  must(successes <= allowed, 'I2', () => `${shown(delivery)}: ${successes} successes`);
  const isDense = row.attempts.every(({ number }, index) => number === index + 1);
  must(isDense, 'I10', () => `${shown(delivery)}: attempts are not dense`);
}

// The health of a subscription's endpoint: a circuit breaker and what follows from it. Pure: the time and the name of a
// new job come in as values.
//
//   closed ──mostly failures, over a minute and ten attempts──▶ open ──a probe succeeds──▶ closed
//                                                               │ └──a probe fails──▶ open, the next one later
//   either ──five days of failures, and no gap of a day and a half──▶ the subscription is inactive
//
// While the circuit is open, deliveries park and no attempt is burnt; now and then one of them is sent as a probe. What
// is parked when the subscription is free again is its backlog. One job at a time works on it, which the subscription
// names: a message of another job ends, so that no two ever add up to more than one's pace.
import { limits } from '../../contract/limits/limits.ts';
import type { ParkReason } from '../deliveries/delivery.ts';
import type { Circuit, Health, HealthEventKind, HealthState } from './health-record.ts';
import { isFromTheFuture, plausible } from '../shared/plausible.ts';
import type { Subscription } from '../subscriptions/subscription.ts';

type Holding = Pick<Subscription, 'status' | 'health'>;

export function newHealth(since: number): Health {
  return {
    failingSince: null,
    failureSeenAt: null,
    circuit: { state: 'closed', since },
    backlogJob: null,
    history: [],
  };
}

/** Why nothing is sent now, or null. */
export function heldBackBy({ status, health }: Holding): ParkReason | null {
  if (status === 'inactive') return 'subscription_inactive';
  return health.circuit.state === 'open' ? 'circuit_open' : null;
}

export function healthStateOf({ status, health }: Holding): HealthState {
  if (status === 'inactive') return 'inactive';
  if (health.circuit.state === 'open') return 'open';
  if (health.backlogJob !== null) return 'recovering';
  return health.failingSince === null ? 'healthy' : 'failing';
}

export function withEvent(health: Health, kind: HealthEventKind, at: number): Health {
  const history = [...health.history, { at, kind }].slice(-limits.healthEventsKept);
  return { ...health, history };
}

const notFailing = { failingSince: null, failureSeenAt: null };

/** As good as new: another URL is another endpoint, and a person who says active means now. */
export function reset(health: Health, now: number): Health {
  const next = { ...health, ...notFailing };
  return health.circuit.state === 'open' ? closed(next, now) : next;
}

export function closed(health: Health, now: number): Health {
  return withEvent({ ...health, circuit: { state: 'closed', since: now } }, 'circuit_closed', now);
}

/** The wait after the given number of probes: from a minute on it doubles, up to an hour. */
export function probeDelayMs(probes: number): number {
  return Math.min(limits.probeDelayMsMin * 2 ** Math.min(probes, 10), limits.probeDelayMsMax);
}

/** What one function instance has seen of a subscription's attempts of late. */
export type AttemptWindow = {
  from: number;
  /** Since when the circuit was as it is, as the window's attempts knew it. */
  circuitSince: number;
  attempts: number;
  failures: number;
};

export function newWindow({ since }: Circuit, from: number): AttemptWindow {
  return { from, circuitSince: since, attempts: 0, failures: 0 };
}

/** Counts one attempt. A window that is too old, or from before the circuit last changed, gives way to a new one. */
export function counted(
  window: AttemptWindow | undefined,
  { circuit }: Pick<Health, 'circuit'>,
  attempt: { failed: boolean; at: number },
): AttemptWindow {
  const { failed, at } = attempt;
  const isUsable =
    window !== undefined &&
    window.circuitSince === circuit.since &&
    at - window.from < limits.circuitWindowMs &&
    !isFromTheFuture(window.from, at);
  const known = isUsable ? window : newWindow(circuit, at);
  return { ...known, attempts: known.attempts + 1, failures: known.failures + Number(failed) };
}

function isBroken({ from, attempts, failures }: AttemptWindow, now: number): boolean {
  return (
    now - from >= limits.circuitOpensAfterMs &&
    failures >= limits.circuitFailuresMin &&
    failures / attempts >= limits.circuitFailureRatio
  );
}

/** What an attempt says of its endpoint. */
export type Sign =
  | 'success'
  /** Nothing more at all is wanted. */
  | 'gone'
  /** It answered, and asked for patience or for no more of this one: neither good nor bad. */
  | 'neutral'
  /** `persistent`: not the first of its delivery, but the third or the last. */
  | { failure: 'passing' | 'persistent' };

export type Evidence = {
  sign: Sign;
  isProbe: boolean;
  window: AttemptWindow;
  now: number;
  /** The id of a new job, should one be needed. */
  job: string;
};

export type HealthChange = {
  after: Subscription;
  event: HealthEventKind | null;
  /** Epoch ms at which the new job begins, or null where none is needed. */
  jobDueAt: number | null;
};

/** What an attempt changes about its subscription; null for nothing. */
export function judged(subscription: Subscription, evidence: Evidence): HealthChange | null {
  const { sign, now } = evidence;
  if (subscription.status === 'inactive') return null;
  if (sign === 'gone') return disabled(subscription, 'gone', now);
  if (sign === 'neutral') return null;
  if (sign === 'success') return afterSuccess(subscription, evidence);
  return afterFailure(subscription, sign.failure, evidence);
}

function afterSuccess(subscription: Subscription, evidence: Evidence): HealthChange | null {
  const { health } = subscription;
  const { now, job } = evidence;
  if (evidence.isProbe && health.circuit.state === 'open') {
    const next = {
      ...reset(health, now),
      backlogJob: { id: job, step: 0, pace: 'recovery' as const },
    };
    return { ...changed(subscription, next, now), event: 'circuit_closed', jobDueAt: now };
  }
  if (health.failingSince === null) return null;
  return changed(subscription, { ...health, ...notFailing }, now);
}

function afterFailure(
  subscription: Subscription,
  failure: 'passing' | 'persistent',
  { window, now, job }: Evidence,
): HealthChange | null {
  const { health } = subscription;
  const { circuit } = health;
  const failingSince = knownFailingSince(health, now);
  if (failingSince !== null && now - failingSince >= limits.failingMsMax) {
    return disabled(subscription, 'failing', now);
  }
  if (circuit.state === 'closed' && isBroken(window, now)) {
    const probeAt = now + probeDelayMs(0);
    const next = {
      ...health,
      failingSince: failingSince ?? now,
      failureSeenAt: now,
      circuit: { state: 'open' as const, since: now, probeAt, probes: 0 },
      backlogJob: { id: job, step: 0, pace: 'recovery' as const },
    };
    const opened = changed(subscription, withEvent(next, 'circuit_opened', now), now);
    return { ...opened, event: 'circuit_opened', jobDueAt: probeAt };
  }
  const next = { ...health, ...failingAfter(health, failure, now) };
  const isNews =
    next.failingSince !== health.failingSince || next.failureSeenAt !== health.failureSeenAt;
  return isNews ? changed(subscription, next, now) : null;
}

/** Quiet time is no evidence: after a gap between two failures the trouble is a new one. */
function knownFailingSince(health: Health, now: number): number | null {
  const failingSince = failingSinceOf(health, now);
  const isFresh = now - (health.failureSeenAt ?? failingSince ?? now) <= limits.failingGapMsMax;
  return isFresh ? failingSince : null;
}

function failingAfter(
  health: Health,
  failure: 'passing' | 'persistent',
  now: number,
): Pick<Health, 'failingSince' | 'failureSeenAt'> {
  const failingSince = knownFailingSince(health, now);
  if (failingSince === null) {
    return failure === 'passing' ? notFailing : { failingSince: now, failureSeenAt: now };
  }
  const { failureSeenAt } = health;
  // One that is ahead was stored by a clock that was.
  const isStale = Math.abs(now - (failureSeenAt ?? failingSince)) >= limits.failureSeenMs;
  return { failingSince, failureSeenAt: isStale ? now : failureSeenAt };
}

/** What a clock says that was ahead counts as now. */
function failingSinceOf({ failingSince }: Health, now: number): number | null {
  return failingSince === null ? null : plausible(failingSince, now, 0);
}

function disabled(
  subscription: Subscription,
  inactiveReason: 'gone' | 'failing',
  now: number,
): HealthChange {
  const { health } = subscription;
  const quiet = { ...health, circuit: { state: 'closed' as const, since: now }, backlogJob: null };
  const { after } = changed(subscription, withEvent(quiet, 'disabled', now), now);
  const status = 'inactive' as const;
  return { after: { ...after, status, inactiveReason }, event: 'disabled', jobDueAt: null };
}

function changed(subscription: Subscription, health: Health, now: number): HealthChange {
  const { version } = subscription;
  const after = { ...subscription, health, updatedAt: now, version: version + 1 };
  return { after, event: null, jobDueAt: null };
}

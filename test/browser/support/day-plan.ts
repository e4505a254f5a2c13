// A day of a shop, from an instant of yesterday to the same of today: what happens when. The hours are UTC, as in the
// pictures, and the same instant always makes the same day.
import type { SubscriptionFields } from '../../../lambdas/contract/http/resources.ts';
import type { Answer } from '../../support/receiver.ts';
import type { Seed } from './seed.ts';

export type Name = keyof Seed;
export type Span = { from: number; until: number };
export type PlannedEvent = {
  at: number;
  to: Name;
  type: string;
  payload: object;
  /** By turns, to whatever the endpoint is sent from then on. */
  answers: Answer[];
};

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const subscriptions: Record<Name, SubscriptionFields> = {
  orders: {
    name: 'Order service',
    event_types: ['order.*', 'user.created', 'payment.*'],
    retry_schedule: 'fast',
  },
  // Short enough for the outage to use it up.
  billing: { name: 'Billing', secret: 'pictured-secret', retry_schedule: [60, 600] },
  // Failing for all to see after the third attempt, and then long enough for what fails at the end to be waiting still.
  warehouse: {
    name: 'Warehouse',
    retry_schedule: [60, 300, 3_600],
    custom_headers: { 'X-Site': 'north' },
  },
  partner: { name: 'Partner' },
  // The rate allows one attempt at once: what comes together waits.
  slow: { name: 'Slow archive', rate_limit: { per_second: 0.01, burst: 1 } },
};

/** Deliveries of each hour of the day. */
const rhythm = [
  6, 5, 4, 4, 4, 5, 8, 12, 18, 24, 28, 27, 22, 25, 29, 30, 26, 23, 20, 18, 16, 14, 11, 8,
];

/** Whose turn it is. */
const turns: readonly Name[] = [
  ...(['orders', 'billing', 'orders', 'warehouse', 'orders', 'billing', 'orders'] as const),
  ...(['partner', 'billing', 'orders', 'warehouse', 'orders', 'billing', 'slow'] as const),
];

/** Of the last minute. */
const lastTurns = ['billing', 'slow', 'partner', 'slow', 'warehouse', 'slow', 'orders'] as const;

const types = ['order.created', 'order.updated', 'payment.succeeded', 'user.created'];
const customers = ['Ada Lovelace', 'Alan Turing', 'Grace Hopper', 'Edsger Dijkstra'];
const answerMs = [38, 64, 47, 92, 55, 71, 130, 43, 85, 260];

/** One in so many fails once. */
const failsOnce = 23;

/** The last of the day's two busy spans that was over an hour ago: the ledger was closed. */
export function outageBefore(now: number): Span {
  const midnight = Math.floor(now / dayMs) * dayMs;
  const over = [14, 10].find((hour) => midnight + (hour + 3) * hourMs <= now);
  const from = midnight + (over ?? 14 - 24) * hourMs;
  return { from, until: from + 2 * hourMs };
}

/** The warehouse is overloaded since. */
export const overloadedSince = (now: number) => now - 45 * minuteMs;

/** The partner is paused since. */
export const pausedSince = (now: number) => now - 2 * hourMs;

/** In order. The last hour and a half are busier, so that lists show a little of everything. */
export function eventsBefore(now: number): PlannedEvent[] {
  const instants: number[] = [];
  for (let start = now - dayMs; start < now; start += hourMs) {
    instants.push(...spread(start, hourMs, rhythm[new Date(start).getUTCHours()] ?? 0));
  }
  instants.push(...spread(now - 90 * minuteMs, 89 * minuteMs, turns.length));
  const inTurn = instants
    .sort((left, right) => left - right)
    .map((at, number) => ({ at, to: turns[number % turns.length] ?? 'orders' }));
  const last = lastTurns.map((to, number) => ({ at: now - minuteMs + number, to }));
  return [...inTurn.filter(({ at }) => at < now - minuteMs), ...last].map(({ at, to }, number) =>
    eventAt({ at, to, number, now }),
  );
}

/** Neither even nor by chance. */
function spread(from: number, lengthMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, number) => {
    const within = (number * 0.618 + 0.3) % 1;
    return from + Math.round(((number + within) * lengthMs) / count);
  });
}

type Asked = Pick<PlannedEvent, 'at' | 'to'> & { number: number; now: number };

function eventAt({ at, to, number, now }: Asked): PlannedEvent {
  const payload = {
    order_id: 48_200 + number,
    total: 19.9 + ((number * 37) % 120),
    customer: customers[number % customers.length],
  };
  const type = types[(number * 3 + Math.floor(number / 7)) % types.length] ?? '';
  const delayMs = answerMs[number % answerMs.length] ?? 0;
  const answers = answersOf({ at, to, number, now }).map((answer) => ({ ...answer, delayMs }));
  return { at, to, type, payload, answers };
}

const received = { body: '{"received":true}', headers: { 'content-type': 'application/json' } };
const overloaded = { status: 503, body: 'overloaded' };
const ledgerClosed = { status: 500, body: '{"error":"the ledger is closed"}' };

function answersOf({ at, to, number, now }: Asked): Answer[] {
  const outage = outageBefore(now);
  if (to === 'billing' && at >= outage.from && at < outage.until) return [ledgerClosed];
  if (to === 'warehouse' && at >= overloadedSince(now)) return [overloaded];
  return number % failsOnce === 0 && to !== 'slow' ? [overloaded, received] : [received];
}

// The health of a subscription's endpoint, and how long its backlog will take.
import { limits } from '../../contract/limits/limits.ts';
import { drainRate, drainSeconds, usualRate } from '../../core/backlog/backlog.ts';
import { paceOf } from '../../core/backlog/jobs.ts';
import { hourMs, hourOf } from '../../core/ledger/stats.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

export type Backlog = {
  parked: number;
  /** False if there are more than were counted. */
  complete: boolean;
  perSecond: number;
  drainSeconds: number;
};

/** Deliveries per second in the subscription's busiest recent hour. */
export async function usualRateOf(
  context: Pick<Context, 'clock' | 'stats'>,
  { tenant, id }: Pick<Subscription, 'tenant' | 'id'>,
): Promise<number> {
  const untilHour = hourOf(context.clock.now()) + hourMs;
  const fromHour = untilHour - limits.usualRateHours * hourMs;
  return usualRate(await context.stats.hours(tenant, id, { fromHour, untilHour }));
}

export async function getBacklog(
  context: Pick<Context, 'clock' | 'stats' | 'deliveries'>,
  subscription: Subscription,
): Promise<Backlog> {
  const { tenant, id, rateLimit } = subscription;
  const [usual, { events: parked }] = await Promise.all([
    usualRateOf(context, subscription),
    context.deliveries.countParked(tenant, id, limits.backlogCountMax),
  ]);
  const rate = drainRate(paceOf(subscription), usual, Infinity);
  const perSecond = Math.min(rate, rateLimit?.perSecond ?? Infinity);
  return {
    parked,
    complete: parked < limits.backlogCountMax,
    perSecond,
    drainSeconds: drainSeconds(parked, perSecond),
  };
}

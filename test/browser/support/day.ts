// A day's deliveries on a server whose clock is led through that day: the requests and the attempts are real, and only
// what the clock says is not.
import { expect } from 'vitest';
import type { Endpoint } from '../../support/receiver.ts';
import { until } from '../../support/until.ts';
import {
  dayMs,
  eventsBefore,
  outageBefore,
  overloadedSince,
  pausedSince,
  subscriptions,
} from './day-plan.ts';
import type { Name, PlannedEvent, Span } from './day-plan.ts';
import { publish } from './given.ts';
import type { SetClock } from './set-clock.ts';
import type { Stand } from './stand.ts';

const patienceMs = 20_000;

type Subscribed = { id: string; endpoint: Endpoint; deliveryIds: string[] };
type Shop = Record<Name, Subscribed>;
type Seeded = { subscriptionId: string; deliveryIds: string[] };

export type Day = { orders: Seeded; billing: Seeded; outage: Span };

/** The clock starts a day before `now`, and is right in the end. The deliveries of Billing are those that failed. */
export async function liveThroughDay(stand: Stand, clock: SetClock, now: number): Promise<Day> {
  const shop = await openShop(stand);
  let isPaused = false;
  for (const event of eventsBefore(now)) {
    clock.leadTo(event.at);
    if (!isPaused && event.at >= pausedSince(now)) {
      await stand.api.call('updateSubscription', {
        id: shop.partner.id,
        body: { status: 'inactive' },
      });
      isPaused = true;
    }
    await happen(stand, shop[event.to], event);
  }
  clock.setRight();
  await cancelOne(stand, shop.warehouse, now);
  await expectWholeDay(stand, now);
  const failed = await failedOf(stand, shop.billing);
  return {
    orders: seededOf(shop.orders),
    billing: { ...seededOf(shop.billing), deliveryIds: failed },
    outage: outageBefore(now),
  };
}

async function openShop(stand: Stand): Promise<Shop> {
  const entries = Object.entries(subscriptions).map(async ([name, fields]) => {
    const endpoint = stand.receiver.endpoint({});
    const body = { target_url: endpoint.url, ...fields };
    const { subscription } = await stand.api.call('createSubscription', { body });
    const subscribed: Subscribed = { id: subscription.id, endpoint, deliveryIds: [] };
    return [name, subscribed] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Shop;
}

/** Resolves once the delivery has had its first attempt, and without one where a rate limit makes it wait. */
async function happen(stand: Stand, to: Subscribed, event: PlannedEvent): Promise<void> {
  to.endpoint.answer(...event.answers);
  const id = await publish(stand, to.id, event);
  to.deliveryIds.push(id);
  if (event.to === 'slow') return;
  await until(
    'the first attempt is over',
    async () => {
      const { delivery } = await stand.api.call('getDelivery', { id });
      return delivery.status !== 'pending' || undefined;
    },
    patienceMs,
  );
}

/** Of what waits at the overloaded warehouse: nobody wants it any more. */
async function cancelOne(stand: Stand, { id }: Subscribed, now: number): Promise<void> {
  const since = new Date(overloadedSince(now)).toISOString();
  const query = { subscription_id: id, status: 'retrying', since };
  const { deliveries } = await stand.api.call('listDeliveries', { query });
  const oldest = deliveries.at(-1);
  expect(oldest, 'a delivery that waits at the warehouse').toBeDefined();
  await stand.api.call('cancelDelivery', { id: oldest!.id });
}

async function failedOf(stand: Stand, { id }: Subscribed): Promise<string[]> {
  const query = { subscription_id: id, status: 'failed' };
  const { deliveries } = await stand.api.call('listDeliveries', { query });
  return deliveries.map((delivery) => delivery.id).reverse();
}

/** A picture of a day that was not lived through would show next to nothing. */
async function expectWholeDay(stand: Stand, now: number): Promise<void> {
  const since = new Date(now - dayMs).toISOString();
  const { hourly } = await stand.api.call('getStats', { query: { since } });
  const quiet = hourly.slice(1, -1).filter(({ total }) => total === 0);
  expect(quiet, 'hours without a delivery').toEqual([]);
}

const seededOf = ({ id, deliveryIds }: Subscribed): Seeded => ({ subscriptionId: id, deliveryIds });

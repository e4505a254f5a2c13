// What is parked is kept for as long as it takes, so there is a most of it. It is told at ingest, where the producer can
// still do something about it: what was accepted is never dropped.
import { limits } from '../contract/limits.ts';
import { heldBackBy } from '../core/health.ts';
import { ServiceError } from '../core/service-error.ts';
import type { Subscription } from '../core/subscription.ts';
import type { Context } from './context.ts';

export async function checkBacklogRoom(
  context: Context,
  subscription: Subscription,
): Promise<void> {
  if (heldBackBy(subscription) === null) return;
  const { tenant, id } = subscription;
  const most = limits.parkedPerSubscriptionMax;
  const parked = await context.parkedMemo.get(`${tenant} ${id}`, context.clock, () =>
    context.deliveries.countParked(tenant, id, most),
  );
  if (parked < most) return;
  const seconds = String(limits.parkedMemoTtlMs / 1_000);
  throw new ServiceError(
    'backlog-full',
    `${most} events wait for this subscription already, which is inactive or whose endpoint fails`,
    [],
    { 'retry-after': seconds },
  );
}

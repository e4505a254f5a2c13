// What is parked is kept for as long as it takes, so there is a most of it. It is told at ingest, where the producer can
// still do something about it: what was accepted is never dropped.
import { limits } from '../../contract/limits/limits.ts';
import { heldBackBy } from '../../core/endpoints/health.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'deliveries' | 'parkedMemo' | 'rules'>;

export async function checkBacklogRoom(
  context: Needs,
  subscription: Subscription,
  bytes: number,
): Promise<void> {
  if (heldBackBy(subscription) === null) return;
  const { tenant, id } = subscription;
  const { parkedEventsMax, parkedBytesMax } = context.rules;
  const parked = await context.parkedMemo.get(`${tenant} ${id}`, context.clock, () =>
    context.deliveries.countParked(tenant, id, parkedEventsMax),
  );
  if (parked.events >= parkedEventsMax) throw full(`${parkedEventsMax} events wait`);
  if (parked.bytes !== null && parked.bytes + bytes > parkedBytesMax) {
    throw full(`Events of ${parked.bytes} bytes wait`);
  }
  // Until it is counted anew, so that a process does not park a minute's worth beyond the most.
  parked.events += 1;
  if (parked.bytes !== null) parked.bytes += bytes;
}

function full(waits: string): ServiceError {
  const detail = `${waits} for this subscription already, which is inactive or whose endpoint fails`;
  const seconds = String(limits.parkedMemoTtlMs / 1_000);
  return new ServiceError('backlog-full', detail, [], { 'retry-after': seconds });
}

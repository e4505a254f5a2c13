// Parked deliveries are kept until somebody acts, so their number is capped. The cap applies at
// ingest, where the producer can still react: an accepted event is never dropped.
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
  if (parked.events >= parkedEventsMax) throw full(`${parkedEventsMax} events are waiting`);
  if (parked.bytes !== null && parked.bytes + bytes > parkedBytesMax) {
    throw full(`Events totalling ${parked.bytes} bytes are waiting`);
  }
  // Until the next count, so that a process does not park a minute's worth beyond the cap.
  parked.events += 1;
  if (parked.bytes !== null) parked.bytes += bytes;
}

function full(waits: string): ServiceError {
  const detail = `${waits} for this subscription, which is inactive or whose endpoint is failing`;
  const seconds = String(limits.parkedMemoTtlMs / 1_000);
  return new ServiceError('backlog-full', detail, [], { 'retry-after': seconds });
}

// Resends the messages of jobs that the queue lost: backlog jobs with the probes of open circuits,
// replay jobs, and the cancelling after a deleted subscription. Each continues from its stored
// step: if its message was only late, the later of the two finds the step taken.
import { limits } from '../../contract/limits/limits.ts';
import type { BacklogMessage, QueueMessage } from '../../contract/messages.ts';
import type { ReplayId, SubscriptionId } from '../../core/ids.ts';
import { turnFrom } from '../../core/ids.ts';
import { cancelJob } from '../../core/backlog/jobs.ts';
import type { Tombstone } from '../../core/ledger/ledger-checks.ts';
import {
  backlogAgain,
  backlogAnew,
  isCancelOverdue,
  isReplayOverdue,
  isStranded,
  lacksBacklogJob,
} from '../../core/ledger/overdue.ts';
import type { Page } from '../../core/shared/page.ts';
import { stepMessage } from '../../core/replays/replay-job.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

type Needs = Pick<
  Context,
  'subscriptions' | 'deliveries' | 'replays' | 'ledgerChecks' | 'queue' | 'clock' | 'chance'
>;

export type JobId = SubscriptionId | ReplayId;

type Wish = { lateMs: number; dryRun: boolean };

/** Returns the ids of the subscriptions and replay jobs whose jobs were overdue. */
export async function recoverJobs(context: Needs, tenant: string, wish: Wish): Promise<JobId[]> {
  const found: { id: JobId; message: QueueMessage }[] = [];
  const when = () => ({ now: context.clock.now(), lateMs: wish.lateMs });
  for await (const subscription of all((page) => context.subscriptions.list(tenant, page))) {
    const message = await backlogOf(context, subscription, wish.lateMs);
    if (message !== null) found.push({ id: subscription.id, message });
  }
  for await (const job of all((page) => context.replays.list(tenant, page))) {
    const { now } = when();
    if (isReplayOverdue(job, when())) found.push({ id: job.id, message: stepMessage(job, now) });
  }
  const { tombstones } = await context.ledgerChecks.get(tenant);
  for (const tombstone of tombstones.filter((each) => isCancelOverdue(each, when()))) {
    const message = await cancelOf(context, tombstone, wish);
    if (message !== null) found.push({ id: tombstone.subscriptionId, message });
  }
  if (found.length > 0 && !wish.dryRun) {
    await context.queue.send(found.map(({ message }) => message));
  }
  return found.map(({ id }) => id);
}

type ReadPage<Item> = (page: { limit: number; cursor: string | null }) => Promise<Page<Item>>;

async function* all<Item>(read: ReadPage<Item>): AsyncGenerator<Item> {
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read({ limit: limits.pageSizeMax, cursor });
    yield* page.items;
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function backlogOf(
  context: Needs,
  subscription: Subscription,
  lateMs: number,
): Promise<BacklogMessage | null> {
  const now = context.clock.now();
  const { tenant, id, heldUntil } = subscription;
  if (!lacksBacklogJob(subscription)) return backlogAgain(subscription, { now, lateMs });
  const { items } = await context.deliveries.listParked(tenant, id, { limit: 1, cursor: null });
  if (!items.some((delivery) => isStranded(delivery, { now, lateMs, heldUntil }))) return null;
  return backlogAnew(subscription, turnFrom(context.chance.bytes(5)), now);
}

/**
 * Anything not parked has its own message, which finds no subscription. With nothing parked there
 * is nothing to do.
 */
async function cancelOf(
  context: Needs,
  tombstone: Tombstone,
  { dryRun }: Wish,
): Promise<QueueMessage | null> {
  const { tenant, subscriptionId } = tombstone;
  const firstOne = { limit: 1, cursor: null };
  const isAlive = (await context.subscriptions.get(tenant, subscriptionId)) !== undefined;
  const parked = isAlive
    ? []
    : (await context.deliveries.listParked(tenant, subscriptionId, firstOne)).items;
  if (parked.length > 0) {
    const now = context.clock.now();
    return cancelJob(tenant, subscriptionId, { now, dueAt: now });
  }
  if (!dryRun) await context.ledgerChecks.removeTombstone(tombstone);
  return null;
}

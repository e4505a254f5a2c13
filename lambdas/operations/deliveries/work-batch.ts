// One batch of the deliveries queue: one read loads the rows of all messages, each message is
// worked, and the counters are written once. A failed message comes again alone; the others are
// done.
import { limits } from '../../contract/limits/limits.ts';
import type { AttemptMessage, QueueMessage } from '../../contract/messages.ts';
import { isEarly } from '../../core/deliveries/decide.ts';
import type { DeliveryId } from '../../core/ids.ts';
import { isDeliveryId } from '../../core/ids.ts';
import type { LoadedDelivery } from '../../core/ports.ts';
import type { StatsDelta } from '../../core/ledger/stats.ts';
import { advanceReplay } from '../replays/advance-replay.ts';
import { attemptDelivery } from './attempt-delivery.ts';
import { cancelDeliveries } from './cancel-deliveries.ts';
import type { Context } from '../context.ts';
import { countChanges } from '../ledger/count-changes.ts';
import { releaseDeliveries } from '../backlog/release-deliveries.ts';
import { workAnnouncement } from '../announcements/work-announcement.ts';
import { workBacklog } from '../backlog/work-backlog.ts';

type Rows = Map<DeliveryId, LoadedDelivery>;

/**
 * The result of each message: fulfilled means done. `endsAt`: epoch ms when the function is
 * stopped.
 */
export async function workBatch(
  context: Context,
  messages: readonly QueueMessage[],
  endsAt: number,
): Promise<PromiseSettledResult<unknown>[]> {
  const now = context.clock.now();
  const rows = await loadRows(
    context,
    messages.filter((message) => message.kind === 'attempt' && !isEarly(message, now)),
  );
  const seen = new Set<string>();
  const works = messages.map(async (message) => {
    // The queue may repeat a message within one batch.
    const key = nameOf(message, now);
    const repeated = seen.has(key);
    seen.add(key);
    return repeated ? [] : work(context, message, { rows, endsAt });
  });
  const settled = await settledBefore(context, works, endsAt - limits.batchReserveMs);
  await countChanges(
    context,
    settled.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])),
  );
  for (const [index, result] of settled.entries()) {
    if (result.status === 'fulfilled') continue;
    context.log.error('message.failed', { queueMessage: messages[index] }, result.reason);
  }
  return settled;
}

/**
 * A batch that outlives its function comes again as a whole, over and over. So unfinished messages
 * are left behind in time: each comes again, alone, and finds whatever was recorded in the
 * meantime.
 */
async function settledBefore<Result>(
  context: Context,
  works: readonly Promise<Result>[],
  endsAt: number,
): Promise<PromiseSettledResult<Result>[]> {
  if (endsAt === Infinity) return Promise.allSettled(works);
  const settled = new AbortController();
  const timeUp = context
    .wait(Math.max(0, endsAt - context.clock.now()), settled.signal)
    .then(() => Promise.reject(new Error('The function ran out of time for this message')));
  // Unobserved when everything finishes in time.
  timeUp.catch(() => {});
  const results = await Promise.allSettled(works.map((work) => Promise.race([work, timeUp])));
  settled.abort();
  return results;
}

/**
 * Due messages that request the same attempt under the same turn are one, whenever they were sent.
 */
function nameOf(message: QueueMessage, now: number): string {
  if (message.kind !== 'attempt' || isEarly(message, now)) {
    return JSON.stringify({ ...message, sentAt: 0, stampedAt: 0 });
  }
  const { tenant, deliveryId, cycle, attempt, turn, probe } = message;
  return JSON.stringify([tenant, deliveryId, cycle, attempt, turn, probe]);
}

async function work(
  context: Context,
  message: QueueMessage,
  { rows, endsAt }: { rows: Rows; endsAt: number },
): Promise<StatsDelta[]> {
  if (isEarly(message, context.clock.now())) {
    await context.queue.send([message]);
    return [];
  }
  switch (message.kind) {
    case 'attempt':
      return attemptDelivery(context, { message, found: rowOf(rows, message), endsAt });
    case 'backlog':
      await workBacklog(context, message);
      return [];
    case 'announce':
      await workAnnouncement(context, message);
      return [];
    case 'cancel':
      return cancelDeliveries(context, message);
    case 'release':
      await releaseDeliveries(context, message);
      return [];
    case 'replay':
      await advanceReplay(context, message);
      return [];
  }
}

function rowOf(rows: Rows, message: AttemptMessage): LoadedDelivery | undefined {
  return isDeliveryId(message.deliveryId) ? rows.get(message.deliveryId) : undefined;
}

/**
 * A message can arrive before its row is stored, so missing rows are read once more after a moment.
 */
async function loadRows(context: Context, messages: readonly QueueMessage[]): Promise<Rows> {
  const rows: Rows = new Map();
  for (const [tenant, wanted] of groupByTenant(messages)) {
    for (const [id, row] of await context.deliveries.load(tenant, idsOf(wanted))) rows.set(id, row);
    const missing = wanted.filter((message) => isBehind(rowOf(rows, message), message));
    if (missing.length === 0) continue;
    await context.wait(limits.commitReadRetryMs);
    for (const [id, row] of await context.deliveries.load(tenant, idsOf(missing))) {
      rows.set(id, row);
    }
  }
  return rows;
}

function groupByTenant(messages: readonly QueueMessage[]): Map<string, AttemptMessage[]> {
  const groups = new Map<string, AttemptMessage[]>();
  for (const message of messages) {
    if (message.kind !== 'attempt') continue;
    groups.set(message.tenant, [...(groups.get(message.tenant) ?? []), message]);
  }
  return groups;
}

function idsOf(messages: readonly AttemptMessage[]): DeliveryId[] {
  return [...new Set(messages.map((message) => message.deliveryId))].filter(isDeliveryId);
}

function isBehind(row: LoadedDelivery | undefined, message: AttemptMessage): boolean {
  return row === undefined || row.delivery.cycle < message.cycle;
}

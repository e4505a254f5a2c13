// What must hold where the queue forgets: whatever is owed to a message that is gone goes on by the second check of the
// ledger after the loss, or after it fell due. And no check asks for what the queue may still bring.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../lambdas/contract/limits/propagation.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { isFinal } from '../../lambdas/core/deliveries/delivery.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { must } from './facts.ts';
import type { Facts } from './facts.ts';
import { shownJob } from './replay-store.ts';
import { shown } from './store.ts';
import type { Database } from './store.ts';

export type LossInvariants = {
  /** A check of the ledger has come to its end. */
  checked(startedAt: number): void;
};

type Kept = { delivery: (delivery: Delivery) => boolean; replay: (id: string) => boolean };

type Owed = { since: number | null; isKept: boolean };

/** More checks than this leave nothing that was lost as it is. */
const checksMax = 2;

export function createLossInvariants(facts: Facts, isKept: Kept): LossInvariants {
  const { database, lostAt } = facts;
  /** How many checks have come to their end since it was owed. */
  const passed = new Map<string, { owedSince: number; checks: number }>();

  function mustGoOn(
    what: { id: string; shown: () => string },
    startedAt: number,
    owed: Owed,
  ): void {
    if (owed.since === null || owed.isKept || startedAt < owed.since) {
      passed.delete(what.id);
      return;
    }
    const before = passed.get(what.id);
    const checks = before?.owedSince === owed.since ? before.checks + 1 : 1;
    passed.set(what.id, { owedSince: owed.since, checks });
    must(checks < checksMax, 'I1 within two checks', () => `${what.shown()} was lost and is left`);
  }

  return {
    checked(startedAt) {
      if (lostAt.size === 0) return;
      for (const { delivery } of database.rows.values()) {
        const what = { id: delivery.id, shown: () => shown(delivery) };
        const since = owedSinceOf(facts, delivery);
        mustGoOn(what, startedAt, { since, isKept: since !== null && isKept.delivery(delivery) });
      }
      for (const job of database.replays.values()) {
        const what = { id: job.id, shown: () => shownJob(job) };
        const since = Math.max(lostAt.get(job.id) ?? 0, job.nextDueAt, job.updatedAt);
        const isOver = job.state !== 'running';
        mustGoOn(what, startedAt, { since, isKept: isOver || isKept.replay(job.id) });
      }
    },
  };
}

/** Epoch ms; null where nothing is owed. */
function owedSinceOf(facts: Facts, delivery: Delivery): number | null {
  const { database, kernel, lostAt } = facts;
  const { id, subscriptionId, status, nextAttemptAt, updatedAt } = delivery;
  if (isFinal(status) || !isPromised(database, id)) return null;
  const lost = Math.max(lostAt.get(id) ?? 0, lostAt.get(subscriptionId) ?? 0);
  const dueAt = status === 'parked' ? parkedSince(facts, delivery) : (nextAttemptAt ?? 0);
  if (dueAt === null) return null;
  const heldFrom = nextAttemptAt ?? updatedAt;
  // A row that a clock ahead has dated looks as if it had just been asked for, until that time is over.
  const datedAt = kernel.isDisturbed ? updatedAt : 0;
  const holdEnd = holdEndOf(database.subscriptions.get(subscriptionId), heldFrom);
  return Math.max(lost, dueAt, holdEnd, datedAt);
}

/** Since when the job of its subscription should have gone on. */
function parkedSince({ database }: Facts, { subscriptionId, updatedAt }: Delivery): number | null {
  const subscription = database.subscriptions.get(subscriptionId);
  if (subscription === undefined) {
    return (database.tombstones.get(subscriptionId)?.deletedAt ?? 0) + propagationMs;
  }
  if (subscription.status === 'inactive') return null;
  const { circuit } = subscription.health;
  const probeAt = circuit.state === 'open' ? circuit.probeAt : 0;
  return Math.max(subscription.updatedAt, probeAt, updatedAt + propagationMs);
}

/** Where a request died between row and entry nobody was answered, and no check knows of the row. */
export function isPromised({ entries }: Pick<Database, 'entries'>, id: DeliveryId): boolean {
  return entries.has(id);
}

/** A message may be put off past a pause without the row saying so. */
function holdEndOf(subscription: Subscription | undefined, dueAt: number): number {
  const heldUntil = subscription?.heldUntil ?? 0;
  return heldUntil > dueAt ? heldUntil + limits.retryAfterMsMax * limits.holdSpreadRatio : 0;
}

/** Clocks differ by this at most, twice. */
const slackMs = 1_000;

/** Of a message that a check has sent: nothing else can be expected to go on any more. */
export function checkOverdue({ database, kernel }: Facts, message: QueueMessage): void {
  if (message.kind !== 'attempt') return;
  const delivery = database.rows.get(message.deliveryId as DeliveryId)?.delivery;
  if (delivery === undefined) return;
  const lateMs = kernel.timeline.now() - (delivery.nextAttemptAt ?? 0);
  // A check whose clock is ahead, or a row whose time was told by one that was behind.
  const offMs = kernel.isDisturbed ? 2 * 3_600_000 : slackMs;
  const isLate = isFinal(delivery.status) || lateMs >= limits.overdueAfterMs - offMs;
  must(isLate, 'I2 not before it is overdue', () => `${shown(delivery)} is ${lateMs} ms late`);
}

// The hourly check of the ledger, as the schedule starts it: by itself, and for as long as anything is owed.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { hourMs } from '../../lambdas/core/ledger/stats.ts';
import { isFinal } from '../../lambdas/core/deliveries/delivery.ts';
import { checkLedger } from '../../lambdas/operations/ledger/check-ledger.ts';
import { isPromised } from './loss-invariants.ts';
import type { World } from './world.ts';

export const checkProcess = 'check';

/** `untilMs`: checks go on at least until then, ms since the beginning; later, where the queue has lost anything. */
export async function checkHourly(
  world: World,
  { minuteMs, until }: { minuteMs: number; until: number },
): Promise<void> {
  const now = () => world.kernel.timeline.now();
  let at = Math.ceil(now() / hourMs) * hourMs + minuteMs;
  for (;;) {
    await world.sleep(at - now());
    await checkOnce(world);
    if (now() >= until && !isOwed(world)) return;
    at += hourMs;
    // Nothing comes of the checks before anything can be overdue.
    if (now() >= until) while (at < earliestOf(world)) at += hourMs;
  }
}

export async function checkOnce(world: World): Promise<void> {
  const startedAt = world.kernel.timeline.now();
  const answer = await world.request([], (context) => checkLedger(context, Infinity), checkProcess);
  const isWhole = answer.kind === 'done' && answer.value;
  world.kernel.note(() => `check of the ledger: ${answer.kind}`);
  if (isWhole) world.invariants.checked(startedAt);
}

function isOwed({ database, invariants }: World): boolean {
  if (invariants.lostAt.size === 0) return false;
  const { rows, subscriptions, replays } = database;
  const isOpen = [...rows.values()].some(({ delivery: { id, status, subscriptionId } }) => {
    const isHeld = status === 'parked' && subscriptions.get(subscriptionId)?.status === 'inactive';
    return !isFinal(status) && !isHeld && isPromised(database, id);
  });
  return isOpen || [...replays.values()].some(({ state }) => state === 'running');
}

function earliestOf({ database }: World): number {
  const times = [...database.rows.values()]
    .filter(({ delivery }) => !isFinal(delivery.status))
    .map(({ delivery: { nextAttemptAt } }) => (nextAttemptAt ?? 0) + limits.overdueAfterMs);
  const isRunning = [...database.replays.values()].some(({ state }) => state === 'running');
  return isRunning || times.length === 0 ? 0 : Math.min(...times);
}

// What can go wrong at one call of a port, and the plans that say where it does.
import type { LedgerCheckStore } from '../../lambdas/core/ledger/ledger-checks.ts';
import type { Random } from './random.ts';

export type Fault =
  /** Refused: nothing was done. */
  | 'fail'
  /** Done, but the answer is an error: the caller cannot know. */
  | 'fail-after'
  /** Of several messages, only the first half was sent; of a row and its ledger entry, the row. */
  | 'fail-halfway'
  /** The process dies before the call. */
  | 'crash'
  /** The process dies after the call has taken effect. */
  | 'crash-after'
  /** It takes seconds before or after taking effect. */
  | 'slow'
  /** The queue keeps two copies; the scheduler fires twice. */
  | 'twice'
  /** An eventually consistent read shows the past. */
  | 'stale'
  /** Nothing can be sent for a want of the service's own: no file descriptor is left, for one. */
  | 'unsent';

export type PortName =
  | 'subscriptions.count'
  | 'subscriptions.create'
  | 'subscriptions.get'
  | 'subscriptions.replace'
  | 'subscriptions.remove'
  | 'subscriptions.listOperational'
  | 'subscriptions.tenants'
  | 'subscriptions.list'
  | 'deliveries.commit'
  | 'deliveries.enter'
  | 'deliveries.listLedger'
  | 'deliveries.listOpen'
  | 'deliveries.indexOpen'
  | `ledgerChecks.${keyof LedgerCheckStore}`
  | 'deliveries.load'
  | 'deliveries.recordAttempt'
  | 'deliveries.transition'
  | 'deliveries.list'
  | 'deliveries.listParked'
  | 'deliveries.countParked'
  | 'deliveries.detail'
  | 'idempotency.claim'
  | 'replays.create'
  | 'replays.get'
  | 'replays.list'
  | 'replays.replace'
  | 'replays.countOpen'
  | 'deadLetters.bury'
  | 'deadLetters.find'
  | 'deadLetters.list'
  | 'deadLetters.markRedriven'
  | 'stats.add'
  | 'stats.hours'
  | 'stats.correct'
  | 'rateLimits.reserve'
  | 'queue.send'
  | 'queue.acknowledge'
  | 'scheduler.create'
  | 'bus.put'
  | 'sender.send';

const reading: readonly Fault[] = ['fail', 'crash', 'crash-after', 'slow'];
const writing: readonly Fault[] = [...reading, 'fail-after'];

/** The faults that each port knows. */
export const faultsOf: Record<PortName, readonly Fault[]> = {
  'subscriptions.create': writing,
  'subscriptions.get': reading,
  'subscriptions.replace': writing,
  'subscriptions.remove': writing,
  'subscriptions.count': reading,
  'subscriptions.listOperational': reading,
  'subscriptions.tenants': reading,
  'subscriptions.list': reading,
  'deliveries.commit': [...writing, 'fail-halfway'],
  'deliveries.enter': writing,
  'deliveries.listLedger': reading,
  'deliveries.listOpen': reading,
  'deliveries.indexOpen': writing,
  'ledgerChecks.get': reading,
  'ledgerChecks.setCheckedUntil': writing,
  'ledgerChecks.addTombstone': writing,
  'ledgerChecks.removeTombstone': writing,
  'deliveries.load': reading,
  'deliveries.recordAttempt': writing,
  'deliveries.transition': writing,
  'deliveries.list': [...reading, 'stale'],
  'deliveries.listParked': [...reading, 'stale'],
  'deliveries.countParked': [...reading, 'stale'],
  'deliveries.detail': reading,
  'idempotency.claim': writing,
  'replays.create': writing,
  'replays.get': reading,
  'replays.list': reading,
  'replays.replace': writing,
  'replays.countOpen': reading,
  'deadLetters.bury': writing,
  'deadLetters.find': reading,
  'deadLetters.list': reading,
  'deadLetters.markRedriven': writing,
  'stats.add': writing,
  'stats.hours': reading,
  'stats.correct': writing,
  'rateLimits.reserve': writing,
  'queue.send': [...writing, 'fail-halfway', 'twice'],
  'queue.acknowledge': ['fail'],
  'scheduler.create': ['fail', 'fail-after', 'twice'],
  'bus.put': writing,
  // A lost answer to a request that arrived is `fail-after`: the sender reports an error, it never rejects.
  'sender.send': ['fail', 'fail-after', 'crash', 'crash-after', 'unsent'],
};

/** Says what goes wrong at the call with this index, counted over the whole run. */
export type FaultPlan = (index: number, port: PortName) => Fault | null;

export const noFaults: FaultPlan = () => null;

export function plannedFaults(faults: ReadonlyMap<number, Fault>): FaultPlan {
  return (index) => faults.get(index) ?? null;
}

/** Every call fails with this probability, in a way that its port knows. */
export function randomFaults(random: Random, probability: number): FaultPlan {
  return (_, port) => (random.chance(probability) ? random.pick(faultsOf[port]) : null);
}

// What is stored beside deliveries and subscriptions, and the bus.
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { OperationalEvent } from '../../lambdas/contract/announcements/operational-events.ts';
import type {
  EventBus,
  IdempotencyStore,
  RateLimitStore,
  StatsStore,
} from '../../lambdas/core/ports.ts';
import type { SubscriptionId } from '../../lambdas/core/ids.ts';
import { knownBusyUntil, reserveSlot } from '../../lambdas/core/endpoints/rate-limit.ts';
import type { StatsHour } from '../../lambdas/core/ledger/stats.ts';
import { addHours, emptyHour } from '../../lambdas/core/ledger/stats.ts';
import type { ClockInvariants } from './clock-invariants.ts';
import { call } from './kernel.ts';
import type { Access, Database } from './store.ts';

export function idempotencyStore({ kernel, database, process }: Access): IdempotencyStore {
  return {
    claim: (owner, claim, now) =>
      call(kernel, process, {
        port: 'idempotency.claim',
        about: [],
        detail: () => owner.key,
        apply: () => {
          const name = JSON.stringify([owner.tenant, owner.subscriptionId, owner.key]);
          const held = database.claims.get(name);
          if (held !== undefined && held.expiresAt > now) return held;
          database.claims.set(name, { ...claim, expiresAt: now + limits.idempotencyWindowMs });
          return claim;
        },
      }),
  };
}

export function statsStore({ kernel, database, process }: Access): StatsStore {
  return {
    add: (deltas) =>
      call(kernel, process, {
        port: 'stats.add',
        about: [],
        detail: () => '',
        apply: () => {
          for (const { tenant, subscriptionId, ...delta } of deltas) {
            count(database, ownerOf(tenant, subscriptionId), delta);
            count(database, ownerOf(tenant, null), delta);
          }
        },
      }),
    hours: (tenant, subscriptionId, { fromHour, untilHour }) =>
      call(kernel, process, {
        port: 'stats.hours',
        about: [],
        detail: () => '',
        apply: () => {
          const hours = database.hours.get(ownerOf(tenant, subscriptionId)) ?? [];
          return hours.filter(({ hour }) => hour >= fromHour && hour < untilHour);
        },
      }),
    correct: (tenant, subscriptionId, { hour, byStatus }) =>
      call(kernel, process, {
        port: 'stats.correct',
        about: [],
        detail: () => JSON.stringify(byStatus),
        apply: () => {
          count(database, ownerOf(tenant, subscriptionId), { ...emptyHour(hour), byStatus });
        },
      }),
  };
}

/** Whose counters: a subscription's, or the tenant's own. */
export function ownerOf(tenant: string, subscriptionId: SubscriptionId | null): string {
  return `${tenant} ${subscriptionId ?? ''}`;
}

function count({ hours }: Database, owner: string, delta: StatsHour): void {
  const known = hours.get(owner) ?? [];
  const index = known.findIndex(({ hour }) => hour === delta.hour);
  const before = known[index];
  if (before === undefined) known.push(delta);
  else known[index] = addHours(before, delta);
  hours.set(owner, known);
}

export function rateLimitStore(
  { kernel, database, process }: Access,
  clocks: Pick<ClockInvariants, 'reserved'>,
): RateLimitStore {
  return {
    reserve: ({ tenant, ownerId, limit, purpose }, now) =>
      call(kernel, process, {
        port: 'rateLimits.reserve',
        about: [],
        detail: () => ownerId,
        apply: () => {
          const key = JSON.stringify([tenant, ownerId, limit, purpose]);
          const known = knownBusyUntil(database.busyUntil.get(key), now);
          const { busyUntil, slotAt } = reserveSlot(limit, known, now);
          database.busyUntil.set(key, { busyUntil, reservedAt: now });
          clocks.reserved(process, { key, limit, slotAt });
          return slotAt;
        },
      }),
  };
}

export function eventBus(
  { kernel, process }: Access,
  { isHeard, onPut }: { isHeard: boolean; onPut: (event: OperationalEvent) => void },
): EventBus {
  return {
    isHeard,
    put: (event) =>
      call(kernel, process, {
        port: 'bus.put',
        about: [],
        detail: () => event.type,
        apply: () => {
          onPut(event);
        },
      }),
  };
}

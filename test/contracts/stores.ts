// The suites of all stores, for a driver that opens each of its ports by name.
import type { Clock } from '../../lambdas/core/ports.ts';
import type { Stores } from '../../lambdas/core/shared/stores.ts';
import { apiKeyStoreContract } from './api-keys.ts';
import { deadLetterStoreContract } from './dead-letters.ts';
import { deliveryStoreContract } from './deliveries/deliveries.ts';
import type { Open } from './harness.ts';
import { idempotencyStoreContract } from './idempotency.ts';
import { ledgerCheckStoreContract } from './ledger/ledger-checks.ts';
import { statsStoreContract } from './ledger/stats.ts';
import { rateLimitStoreContract } from './rate-limits.ts';
import { replayStoreContract } from './replays.ts';
import { subscriptionStoreContract } from './subscriptions.ts';

/** Opens a driver anew, with a clock of its own. */
export type OpenStores = (
  clock: Clock,
) =>
  | Promise<{ ports: Stores; close: () => Promise<void> }>
  | { ports: Stores; close: () => Promise<void> };

export function storesContract(name: string, open: OpenStores): void {
  const only =
    <Name extends keyof Stores>(port: Name): Open<Stores[Name]> =>
    async (clock) => {
      const { ports, close } = await open(clock);
      return { store: ports[port], close };
    };

  subscriptionStoreContract(name, only('subscriptions'));
  deliveryStoreContract(name, only('deliveries'));
  ledgerCheckStoreContract(name, only('ledgerChecks'));
  idempotencyStoreContract(name, only('idempotency'));
  replayStoreContract(name, only('replays'));
  deadLetterStoreContract(name, only('deadLetters'));
  statsStoreContract(name, only('stats'));
  rateLimitStoreContract(name, only('rateLimits'));
  apiKeyStoreContract(name, only('apiKeys'));
}

// The whole AWS driver: the storage and queue ports on one DynamoDB table, one SQS queue and
// EventBridge Scheduler, and an event bus.
import type { AwsSettings } from '../../contract/settings.ts';
import type { Clock, Ports } from '../../core/ports.ts';
import { detailLifetimeMs } from '../../core/deliveries/retention.ts';
import { openApiKeys } from './api-keys.ts';
import { openClients } from './clients.ts';
import type { AwsClients } from './clients.ts';
import { openDeadLetters } from './dead-letters.ts';
import { openDeliveries } from './deliveries/deliveries.ts';
import { openDeliveryQueue } from './queue/delivery-queue.ts';
import { openTable } from './table/dynamo-table.ts';
import { openEventBus } from './event-bus.ts';
import { openIdempotency } from './idempotency.ts';
import type { Stores } from '../../core/shared/stores.ts';
import { openLedgerChecks } from './ledger/ledger-checks.ts';
import { openRateLimits } from './rate-limits.ts';
import { openReplays } from './replays.ts';
import { openStats } from './ledger/stats.ts';
import { openSubscriptions } from './subscriptions.ts';

export type AwsPorts = Stores & Pick<Ports, 'queue' | 'bus'>;

const tokenBytes = 4;

export function openAwsPorts(
  needs: Pick<Ports, 'chance' | 'wait' | 'log'> & {
    clock: Clock;
    settings: AwsSettings;
    retentionMs: number;
    clients?: AwsClients;
  },
): AwsPorts {
  const { settings, clock, chance, wait, log, clients = openClients() } = needs;
  const { dynamodb: client, sqs, scheduler, eventBridge } = clients;
  const table = openTable({ client, tableName: settings.TABLE_NAME, chance, wait });
  return {
    subscriptions: openSubscriptions(table),
    deliveries: openDeliveries({
      table,
      clock,
      token: () => Buffer.from(chance.bytes(tokenBytes)).toString('base64url'),
      retentionMs: needs.retentionMs,
      detailLifetimeMs: detailLifetimeMs(needs.retentionMs),
    }),
    ledgerChecks: openLedgerChecks(table, clock),
    idempotency: openIdempotency(table),
    replays: openReplays(table, clock),
    deadLetters: openDeadLetters(table, clock),
    stats: openStats(table, clock),
    rateLimits: openRateLimits(table),
    apiKeys: openApiKeys(table),
    queue: openDeliveryQueue({ sqs, scheduler, settings, clock, log }),
    bus: openEventBus(eventBridge, settings.EVENT_BUS_NAME),
  };
}

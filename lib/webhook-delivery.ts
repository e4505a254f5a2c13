// The service as one construct, readable as its diagram: a table; a queue with unlimited delays; a
// bus for operational events; functions with least privilege; the check that nothing was lost; the
// front door; the alarms.
import { join } from 'node:path';
import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits/limits.ts';
import { acknowledge } from './acknowledgements.ts';
import { MonthlyBudget } from './budget.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { OperationalEvents } from './event-bus.ts';
import { Ingress } from './ingress.ts';
import { LedgerCheck } from './ledger-check.ts';
import { Observability } from './observability.ts';
import { ServiceFunction } from './service-function.ts';
import type { SharedProps } from './service-function.ts';
import type { StackSettings, WebhookDeliveryProps } from './settings.ts';
import { parseProps, reservedConcurrencyOf } from './settings.ts';
import { Storage } from './storage.ts';

export type { WebhookDeliveryProps } from './settings.ts';

const buildWeb = join(import.meta.dirname, '../scripts/build-web.ts');

export class WebhookDelivery extends Construct {
  readonly storage: Storage;
  readonly deliveries: DeliveryQueue;
  readonly events: OperationalEvents;
  /** Answers ingest: it must stay up and fast whatever else is slow. */
  readonly publish: ServiceFunction;
  /** Answers everything else. */
  readonly api: ServiceFunction;
  /** Sends webhooks. */
  readonly deliver: ServiceFunction;
  /** Serves the console's page and files; has no access to data. */
  readonly console: ServiceFunction;
  /** Stores what the deliver function could not give up itself. */
  readonly deadLetter: ServiceFunction;
  /** Checks every hour that nothing was lost. */
  readonly ledger: LedgerCheck;
  readonly ingress: Ingress;
  readonly observability: Observability;

  constructor(scope: Construct, id: string, props: WebhookDeliveryProps = {}) {
    super(scope, id);
    const { stack: settings, service } = parseProps(props);

    this.storage = new Storage(this, 'Storage', settings);
    this.deliveries = new DeliveryQueue(this, 'Deliveries');
    this.events = new OperationalEvents(this, 'Events');

    const shared = {
      logRetention: settings.logRetentionDays,
      reservedConcurrency: reservedConcurrencyOf(settings),
      environment: {
        ...service,
        ...this.deliveries.environment,
        ...this.events.environment,
        TABLE_NAME: this.storage.table.tableName,
        QUEUE_DELAY_MAX_SECONDS: String(settings.queueDelayMaxSeconds),
      },
    };

    this.publish = new ServiceFunction(this, 'Publish', {
      ...shared,
      entry: 'publish',
      timeoutMs: limits.apiFunctionTimeoutMs,
    });
    this.storage.grantAccept(this.publish);
    this.deliveries.grantSend(this.publish);

    this.api = new ServiceFunction(this, 'Api', {
      ...shared,
      entry: 'api',
      timeoutMs: limits.apiFunctionTimeoutMs,
    });
    this.storage.grantManage(this.api);
    this.deliveries.grantSend(this.api);

    this.deliver = this.#addDeliver(shared, settings);
    this.deadLetter = this.#addDeadLetter(shared);

    this.ledger = this.#addLedger(shared);
    this.console = this.#addConsole(shared);

    this.ingress = new Ingress(this, 'Ingress', {
      settings,
      functions: { api: this.api, publish: this.publish, console: this.console },
    });

    this.observability = new Observability(this, 'Observability', {
      settings,
      deliveries: this.deliveries,
      burying: { deliver: this.deliver, deadLetter: this.deadLetter },
      ledger: this.ledger,
      ingress: this.ingress,
      deliver: this.deliver,
      publish: this.publish,
    });
    const { monthlyBudgetUsd: amountUsd } = settings;
    if (amountUsd !== undefined) new MonthlyBudget(this, 'Budget', { ...settings, amountUsd });

    acknowledge('everywhere', this);
  }

  #addDeliver(shared: SharedProps, settings: StackSettings) {
    const deliver = new ServiceFunction(this, 'Deliver', {
      ...shared,
      entry: 'deliver',
      timeoutMs: limits.deliverFunctionTimeoutMs,
      // A retry is a new message from the function to its own queue: Lambda would stop the 16th as a runaway
      // loop. The schedule's length bounds ours.
      recursiveLoop: RecursiveLoop.ALLOW,
    });
    this.storage.grantAttempt(deliver);
    this.deliveries.grantSend(deliver);
    this.deliveries.grantSchedule(deliver);
    this.events.grantPut(deliver);
    this.deliveries.consumeBy(deliver, settings);
    return deliver;
  }

  #addDeadLetter(shared: SharedProps) {
    const deadLetter = new ServiceFunction(this, 'DeadLetter', {
      ...shared,
      entry: 'dead-letter',
      timeoutMs: limits.deadLetterFunctionTimeoutMs,
    });
    this.storage.grantBury(deadLetter);
    this.deliveries.buryBy(deadLetter);
    return deadLetter;
  }

  #addLedger(shared: ConstructorParameters<typeof LedgerCheck>[2]) {
    const ledger = new LedgerCheck(this, 'Ledger', shared);
    this.storage.grantCheck(ledger.function);
    this.deliveries.grantSend(ledger.function);
    return ledger;
  }

  #addConsole({ logRetention, reservedConcurrency }: SharedProps) {
    return new ServiceFunction(this, 'Console', {
      entry: 'console',
      timeoutMs: limits.consoleFunctionTimeoutMs,
      logRetention,
      reservedConcurrency,
      addFiles: (folder) => `"${process.execPath}" "${buildWeb}" "${join(folder, 'web')}"`,
    });
  }
}

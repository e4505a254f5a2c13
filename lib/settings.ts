// What a deployment may set: the service's own settings (lambdas/contract/settings.ts) under their prop names, and
// those of the stack alone. Props and CDK context (`-c api=rest`) carry the same names and pass the same schemas.
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import * as z from 'zod';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { ServiceSettings } from '../lambdas/contract/settings.ts';
import {
  SettingsError,
  awsSettings,
  choice,
  parseSettings,
  serviceSettings,
  wholeNumber,
} from '../lambdas/contract/settings.ts';
import { rateInAll } from './gateway-routes.ts';
import type { ReservedConcurrency } from './service-function.ts';

const requestRate = wholeNumber(1, limits.gatewayRequestsPerSecondMax);

/** Of the account's concurrency: kept free for a function, and the most that it gets. */
const reservation = wholeNumber(1, 10_000).optional();
const reservations = {
  publishReservedConcurrency: reservation,
  apiReservedConcurrency: reservation,
  deliverReservedConcurrency: reservation,
  deadLetterReservedConcurrency: reservation,
  checkLedgerReservedConcurrency: reservation,
  consoleReservedConcurrency: reservation,
};

const stackSettings = z.object({
  /** `rest` where HTTP APIs are not to be had, such as in LocalStack's free image. */
  api: choice('http', 'rest').default('http'),
  /** What becomes of the table when the stack is removed. */
  removalPolicy: choice('retain', 'destroy').default('retain'),
  /** Batches that are delivered at once, each with up to ten requests in flight. */
  deliveryConcurrency: wholeNumber(2, 1_000).default(limits.deliveryConcurrencyDefault),
  /** Events a second that ingest takes; API Gateway answers 429 beyond. */
  requestsPerSecond: requestRate.default(limits.requestsPerSecondDefault),
  /** Of each route that wants a key. */
  apiRequestsPerSecond: requestRate.default(limits.apiRequestsPerSecondDefault),
  /** Of each path that answers anyone: health, the console's, and all that there is no route for. */
  openRequestsPerSecond: requestRate.default(limits.openRequestsPerSecondDefault),
  ...reservations,
  logRetentionDays: wholeNumber(1, 3_653)
    .refine((days) => days in RetentionDays, 'must be a period that CloudWatch Logs knows')
    .default(RetentionDays.TWO_WEEKS),
  /** An SNS topic that every alarm notifies. */
  alarmTopicArn: z.string().startsWith('arn:', 'must be an ARN').optional(),
  /** Whoever is named above or below hears when the whole account is about to cost more in a month. */
  monthlyBudgetUsd: wholeNumber(1, 100_000_000).optional(),
  budgetEmail: z.email('must be an e-mail address').optional(),
  queueDelayMaxSeconds: awsSettings.shape.QUEUE_DELAY_MAX_SECONDS,
});

type PropName<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Lowercase<Word>}${Capitalize<PropName<Rest>>}`
  : Lowercase<Name>;

/** `RETRY_SCHEDULE` of the local server is the prop `retrySchedule`, and so on. */
type ServiceProps = {
  [Name in keyof ServiceSettings as PropName<Name>]?: Readonly<ServiceSettings[Name]>;
};

export type StackSettings = z.infer<typeof stackSettings>;
export type WebhookDeliveryProps = Readonly<ServiceProps & Partial<StackSettings>>;

const serviceNames = Object.keys(serviceSettings.shape) as (keyof ServiceSettings)[];

const serviceProps = z.object(
  Object.fromEntries(serviceNames.map((name) => [propName(name), serviceSettings.shape[name]])),
);

/** Throws a `SettingsError` that names every bad prop in one sentence. */
export function parseProps(props: WebhookDeliveryProps): {
  stack: StackSettings;
  /** What was set of the service; the functions know the defaults. */
  service: Partial<Record<keyof ServiceSettings, string>>;
} {
  const texts = Object.fromEntries(
    Object.entries(props)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
  parseSettings(serviceProps, texts);
  const stack = parseSettings(stackSettings, texts);
  checkTogether(stack);
  const given = serviceNames.filter((name) => texts[propName(name)] !== undefined);
  return {
    stack,
    service: Object.fromEntries(given.map((name) => [name, texts[propName(name)]])),
  };
}

export function reservedConcurrencyOf(stack: StackSettings): ReservedConcurrency {
  return {
    publish: stack.publishReservedConcurrency,
    api: stack.apiReservedConcurrency,
    deliver: stack.deliverReservedConcurrency,
    'dead-letter': stack.deadLetterReservedConcurrency,
    'check-ledger': stack.checkLedgerReservedConcurrency,
    console: stack.consoleReservedConcurrency,
  };
}

/** What no setting can be told by itself. */
function checkTogether(stack: StackSettings): void {
  const inAll = rateInAll(stack.api, stack);
  if (inAll > limits.gatewayRequestsPerSecondMax) {
    throw new SettingsError(
      `requestsPerSecond, apiRequestsPerSecond and openRequestsPerSecond let ${inAll} requests a second through over all routes, which must be at most ${limits.gatewayRequestsPerSecondMax}.`,
    );
  }
  // Throttles of an event source count as receives, and would fill the dead letters.
  const leastOf = {
    deliverReservedConcurrency: stack.deliveryConcurrency,
    deadLetterReservedConcurrency: limits.deadLetterConcurrency,
  };
  for (const [name, least] of Object.entries(leastOf)) {
    const reserved = stack[name as keyof typeof leastOf];
    if (reserved === undefined || reserved >= least) continue;
    throw new SettingsError(`${name} must be at least ${least}, what its event source uses.`);
  }
  const { monthlyBudgetUsd, budgetEmail, alarmTopicArn } = stack;
  if (monthlyBudgetUsd !== undefined && (budgetEmail ?? alarmTopicArn) === undefined) {
    throw new SettingsError('monthlyBudgetUsd needs budgetEmail or alarmTopicArn to be set.');
  }
  if (budgetEmail !== undefined && monthlyBudgetUsd === undefined) {
    throw new SettingsError('budgetEmail needs monthlyBudgetUsd to be set.');
  }
}

/** What `cdk.json` or `-c name=value` say; unchecked until `parseProps`. */
export function contextProps(node: Node): WebhookDeliveryProps {
  const names = [...Object.keys(serviceProps.shape), ...Object.keys(stackSettings.shape)];
  return Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)]));
}

function propName(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}

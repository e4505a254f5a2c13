// A deployment's settings: the service's own (lambdas/contract/settings.ts) under their prop names,
// and those of the stack. Props and CDK context (`-c api=rest`) share names and schemas.
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

/** Reserved concurrency: guaranteed to a function, and its maximum. */
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
  /** `rest` if HTTP APIs are unavailable, such as in LocalStack's free image. */
  api: choice('http', 'rest').default('http'),
  /** What happens to the table when the stack is removed. */
  removalPolicy: choice('retain', 'destroy').default('retain'),
  /** Concurrent batches, each with up to ten requests in flight. */
  deliveryConcurrency: wholeNumber(2, 1_000).default(limits.deliveryConcurrencyDefault),
  /** Events per second that ingest accepts; beyond that API Gateway answers 429. */
  requestsPerSecond: requestRate.default(limits.requestsPerSecondDefault),
  /** Per route that requires a key. */
  apiRequestsPerSecond: requestRate.default(limits.apiRequestsPerSecondDefault),
  /** Per path open to anyone: health, the console's, and everything without a route. */
  openRequestsPerSecond: requestRate.default(limits.openRequestsPerSecondDefault),
  ...reservations,
  logRetentionDays: wholeNumber(1, 3_653)
    .refine(
      (days) => days in RetentionDays,
      'must be a retention period that CloudWatch Logs supports',
    )
    .default(RetentionDays.TWO_WEEKS),
  /** An SNS topic that every alarm notifies. */
  alarmTopicArn: z.string().startsWith('arn:', 'must be an ARN').optional(),
  /**
   * The recipients named above and below are notified when the whole account is about to exceed
   * this per month.
   */
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

/** Throws a `SettingsError` naming every bad prop in one sentence. */
export function parseProps(props: WebhookDeliveryProps): {
  stack: StackSettings;
  /** The service settings given; the functions know the defaults. */
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

/** Checks that involve several settings. */
function checkTogether(stack: StackSettings): void {
  const inAll = rateInAll(stack.api, stack);
  if (inAll > limits.gatewayRequestsPerSecondMax) {
    throw new SettingsError(
      `requestsPerSecond, apiRequestsPerSecond and openRequestsPerSecond allow ${inAll} requests per second over all routes, which must be at most ${limits.gatewayRequestsPerSecondMax}.`,
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
    throw new SettingsError(
      `${name} must be at least ${least}, the concurrency of its event source.`,
    );
  }
  const { monthlyBudgetUsd, budgetEmail, alarmTopicArn } = stack;
  if (monthlyBudgetUsd !== undefined && (budgetEmail ?? alarmTopicArn) === undefined) {
    throw new SettingsError('monthlyBudgetUsd needs budgetEmail or alarmTopicArn to be set.');
  }
  if (budgetEmail !== undefined && monthlyBudgetUsd === undefined) {
    throw new SettingsError('budgetEmail needs monthlyBudgetUsd to be set.');
  }
}

/** The values of `cdk.json` or `-c name=value`; unchecked until `parseProps`. */
export function contextProps(node: Node): WebhookDeliveryProps {
  const names = [...Object.keys(serviceProps.shape), ...Object.keys(stackSettings.shape)];
  return Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)]));
}

function propName(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}

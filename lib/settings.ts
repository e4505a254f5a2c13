// What a deployment may set: the service's own settings (lambdas/contract/settings.ts) under their prop names, and
// those of the stack alone. Props and CDK context (`-c api=rest`) carry the same names and pass the same schemas.
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import * as z from 'zod';
import { limits } from '../lambdas/contract/limits.ts';
import type { ServiceSettings } from '../lambdas/contract/settings.ts';
import {
  awsSettings,
  choice,
  parseSettings,
  serviceSettings,
  wholeNumber,
} from '../lambdas/contract/settings.ts';

const stackSettings = z.object({
  /** `rest` where HTTP APIs are not to be had, such as in LocalStack's free image. */
  api: choice('http', 'rest').default('http'),
  /** What becomes of the table when the stack is removed. */
  removalPolicy: choice('retain', 'destroy').default('retain'),
  /** Batches that are delivered at once, each with up to ten requests in flight. */
  deliveryConcurrency: wholeNumber(2, 1_000).default(limits.deliveryConcurrencyDefault),
  /** Requests beyond this rate are answered 429 by API Gateway. */
  requestsPerSecond: wholeNumber(1, 10_000).default(limits.requestsPerSecondDefault),
  logRetentionDays: wholeNumber(1, 3_653)
    .refine((days) => days in RetentionDays, 'must be a period that CloudWatch Logs knows')
    .default(RetentionDays.TWO_WEEKS),
  /** An SNS topic that every alarm notifies. */
  alarmTopicArn: z.string().startsWith('arn:', 'must be an ARN').optional(),
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
  const given = serviceNames.filter((name) => texts[propName(name)] !== undefined);
  return {
    stack: parseSettings(stackSettings, texts),
    service: Object.fromEntries(given.map((name) => [name, texts[propName(name)]])),
  };
}

/** What `cdk.json` or `-c name=value` say; unchecked until `parseProps`. */
export function contextProps(node: Node): WebhookDeliveryProps {
  const names = [...Object.keys(serviceProps.shape), ...Object.keys(stackSettings.shape)];
  return Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)]));
}

function propName(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase());
}

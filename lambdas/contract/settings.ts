// Settings of a deployment: environment variables of the local server and the functions, and
// equivalent props on the construct. A bad value stops the start with one sentence that names it.
import * as z from 'zod';
import { limits } from './limits/limits.ts';
import { complaintAboutHosts } from './endpoints/target-hosts.ts';

export const choice = <const Words extends readonly string[]>(...words: Words) =>
  z.enum(words, { error: `must be ${words.join(' or ')}` });

const flag = choice('true', 'false').transform((text) => text === 'true');

export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be from ${min} to ${max}`);

const queueDelaySecondsMax = limits.queueDelayMsMax / 1_000;

const schedule = z
  .string()
  .regex(/^(standard|fast|\d+(,\d+)*)$/, 'must be standard, fast, or comma-separated seconds')
  .transform((text) =>
    text === 'standard' || text === 'fast' ? text : text.split(',').map(Number),
  )
  .refine(
    (waits) =>
      typeof waits === 'string' ||
      (waits.length <= limits.scheduleLengthMax &&
        waits.every(
          (wait) =>
            wait * 1_000 >= limits.retryDelayMsMin && wait * 1_000 <= limits.retryDelayMsMax,
        )),
    `must hold at most ${limits.scheduleLengthMax} waits of 1 s to 7 days`,
  );

const numberOrOff = (min: number, max: number) =>
  z.union([z.literal('off').transform(() => null), wholeNumber(min, max)], {
    error: `must be off or a whole number from ${min} to ${max}`,
  });

const eventsPerSecond = numberOrOff(1, limits.ingestEventsPerSecondMax);
const bytesPerSecond = numberOrOff(limits.ingestBytesPerSecondMin, limits.ingestBytesPerSecondMax);

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const cidr = z.union([z.cidrv4(), z.cidrv6()]);

/**
 * Shared by every function and the local server. Defaults are the closed ones of an AWS deployment.
 */
export const serviceSettings = z.object({
  API_AUTH: choice('on', 'off').default('on'),
  RETRY_SCHEDULE: schedule.default('standard'),
  DELIVERY_TIMEOUT_MS: wholeNumber(
    limits.deliveryTimeoutMsMin,
    limits.deliveryTimeoutMsMax,
  ).default(limits.deliveryTimeoutMsDefault),
  RETENTION_HOURS: wholeNumber(1, limits.retentionHoursMax).default(limits.retentionHoursDefault),
  MAX_BODY_BYTES: wholeNumber(1, limits.bodyBytesMax).default(limits.bodyBytesDefault),
  /** CIDRs beyond the public internet that targets may use; empty is the production policy. */
  TARGET_ALLOW_CIDRS: list
    .refine(
      (parts) => parts.every((part) => cidr.safeParse(part).success),
      'must be comma-separated CIDRs such as 10.0.0.0/8',
    )
    .default([]),
  /**
   * Names beyond the public DNS that targets may use; their addresses are judged like any other.
   */
  TARGET_ALLOW_HOSTS: list
    .transform((names) => names.map((name) => name.toLowerCase()))
    .superRefine((names, context) => {
      const message = complaintAboutHosts(names);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .default([]),
  ALLOW_HTTP_TARGETS: flag.default(false),
  /** What happens to an untyped event at a subscription that filters by type. */
  UNTYPED_EVENTS: choice('deliver', 'reject').default('deliver'),
  /** Whether the service announces operational events. */
  OPERATIONAL_EVENTS: choice('on', 'off').default('on'),
  /** Accepted per second from one API key and for one subscription: `core/access/quota.ts`. */
  INGEST_EVENTS_PER_SECOND: eventsPerSecond.default(limits.ingestEventsPerSecondDefault),
  INGEST_BYTES_PER_SECOND: bytesPerSecond.default(limits.ingestBytesPerSecondDefault),
  /**
   * After this many wrong keys or signatures an address must wait:
   * `operations/access/hear-claim.ts`.
   */
  WRONG_CREDENTIALS_MAX: numberOrOff(1, limits.wrongCredentialsMax).default(
    limits.wrongCredentialsDefault,
  ),
  /** Per tenant. */
  SUBSCRIPTIONS_MAX: wholeNumber(1, limits.subscriptionsMax).default(limits.subscriptionsDefault),
  /** Per subscription that is inactive or whose circuit is open. */
  PARKED_EVENTS_MAX: wholeNumber(1, limits.parkedEventsMax).default(limits.parkedEventsDefault),
  SUBSCRIPTION_MEMO_MS: wholeNumber(0, limits.memoTtlMsMax).default(
    limits.subscriptionMemoTtlMsDefault,
  ),
});

/** The AWS driver's resources; the stack sets these. */
export const awsSettings = z.object({
  TABLE_NAME: z.string().min(1),
  QUEUE_URL: z.string().min(1),
  QUEUE_ARN: z.string().min(1),
  SCHEDULE_GROUP: z.string().min(1),
  SCHEDULER_ROLE_ARN: z.string().min(1),
  SCHEDULE_DEAD_LETTER_ARN: z.string().min(1),
  EVENT_BUS_NAME: z.string().min(1),
  /** A longer wait goes through EventBridge Scheduler. Lowered only to test that in reasonable time. */
  QUEUE_DELAY_MAX_SECONDS: wholeNumber(1, queueDelaySecondsMax).default(queueDelaySecondsMax),
});

export const localSettings = serviceSettings.extend({
  PORT: wholeNumber(0, 65_535).default(5_000),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('.data'),
  API_AUTH: choice('on', 'off').optional(),
  INGEST_EVENTS_PER_SECOND: eventsPerSecond.default(limits.ingestEventsPerSecondLocal),
  INGEST_BYTES_PER_SECOND: bytesPerSecond.default(limits.ingestBytesPerSecondLocal),
  /** Likewise, of their bodies: docs/adr/0015. */
  PARKED_MB_MAX: wholeNumber(1, limits.parkedMegabytesMax).default(limits.parkedMegabytesDefault),
  // Defaults of these follow HOST.
  TARGET_ALLOW_CIDRS: serviceSettings.shape.TARGET_ALLOW_CIDRS.unwrap().optional(),
  ALLOW_HTTP_TARGETS: flag.optional(),
});

export type ServiceSettings = z.infer<typeof serviceSettings>;
export type AwsSettings = z.infer<typeof awsSettings>;
export type LocalSettings = z.infer<typeof localSettings>;

export class SettingsError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'SettingsError';
  }
}

/** Parses an environment; throws a `SettingsError` that names every bad variable in one sentence. */
export function parseSettings<Schema extends z.ZodObject>(
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>>,
): z.infer<Schema> {
  const given = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, environment[name]?.trim()]),
  );
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const complaints = result.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return given[name] === undefined ? `${name} is not set` : `${name} ${issue.message}`;
  });
  throw new SettingsError(`${[...new Set(complaints)].join('; ')}.`);
}

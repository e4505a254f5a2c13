// What the black-box suite runs against, as the environment says. docs/testing.md lists the variables.
import * as z from 'zod';

const seconds = z.coerce.number().positive();

export const targetSettings = z.object({
  /** Where the API answers, stage included. */
  BASE_URL: z.url().transform((url) => url.replace(/\/+$/, '')),
  /** For an emulator that tells APIs apart by their Host header. */
  HOST_HEADER: z.string().optional(),
  /** A key with the scope `admin`; absent where API_AUTH is off. */
  ADMIN_KEY: z.string().optional(),
  /** Where the service reaches the receivers that the suite starts: `http://<RECEIVER_HOST>:<port>`. */
  RECEIVER_HOST: z.string().default('127.0.0.1'),
  /** A fixed port and a public URL that forwards to it, for a service that is far away. */
  RECEIVER_PORT: z.coerce.number().int().default(0),
  RECEIVER_URL: z.url().optional(),
  /** For how long the service may not see a change of a subscription; 0 where one process does it all. */
  SUBSCRIPTION_MEMO_MS: z.coerce.number().int().default(10_000),
  MAX_BODY_BYTES: z.coerce.number().int().default(262_144),
  /** A wait in seconds that the service leaves to EventBridge Scheduler; absent where it has none. */
  SCHEDULER_WAIT_SECONDS: seconds.optional(),
  /** Of a gateway that parses forms and unzips bodies, and passes on what it made of them; none of AWS's does. */
  PARSES_BODIES: z.stringbool().default(false),
  /** How late an attempt may be beyond its due time. */
  LATENESS_MS: z.coerce.number().int().default(2_000),
  /** How long the suite waits for what should come soon. */
  PATIENCE_MS: z.coerce.number().int().default(10_000),
});

export type Target = z.infer<typeof targetSettings>;

declare module 'vitest' {
  interface ProvidedContext {
    target: Target;
  }
}

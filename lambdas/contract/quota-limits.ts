// The numbers of what is accepted and may wait: a part of `limits.ts`.
import { minute, second } from './units.ts';

export const quotaLimits = {
  /** An event counts one unit for each that it begins. */
  quotaUnitBytes: 8 * 1024,
  ingestUnitsPerSecondDefault: 500, // As many as all routes of the gateway let through by default.
  ingestUnitsPerSecondLocal: 5_000, // More than one machine accepts.
  ingestUnitsPerSecondMax: 1_000_000,
  quotaBurstSeconds: 10,
  /** A block that a process took from what is shared is given up after this. */
  quotaBlockMs: 2 * second,
  /** What a process accepts without asking, of the rate, in each window. */
  quotaFreeRatio: 0.02,
  quotaWindowMs: 10 * second,
  quotaMetersMax: 10_000,
  /** What may wait for a subscription that is inactive or whose circuit is open. */
  parkedPerSubscriptionMax: 100_000,
  parkedMemoTtlMs: minute,
} as const;

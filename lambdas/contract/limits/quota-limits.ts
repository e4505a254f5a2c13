// Limits of what is accepted and may wait: part of `limits.ts`.
import { minute, second } from './units.ts';

export const quotaLimits = {
  ingestEventsPerSecondDefault: 500, // The gateway's default throughput.
  ingestEventsPerSecondLocal: 5_000, // More than one machine accepts.
  ingestEventsPerSecondMax: 1_000_000,
  ingestBytesPerSecondDefault: 4 * 1024 * 1024, // 8 KB an event, at that rate.
  ingestBytesPerSecondLocal: 40 * 1024 * 1024,
  ingestBytesPerSecondMin: 1_024,
  ingestBytesPerSecondMax: 512 * 1024 * 1024,
  quotaBurstSeconds: 10,
  quotaBlockSeconds: 0.2,
  /** A block that a process took from the shared budget lapses after this. */
  quotaBlockMs: 2 * second,
  /** The share of the rate that a process accepts without asking, per window. */
  quotaFreeRatio: 0.02,
  quotaWindowMs: 10 * second,
  quotaMetersMax: 10_000,
  /** Wrong keys and signatures per address and claimed key or subscription. */
  wrongCredentialsDefault: 100,
  wrongCredentialsMax: 1_000_000,
  /** The multiple of that per address in total. */
  wrongClaimsPerAddress: 10,
  /** Failures drain evenly over this time. */
  wrongCredentialsForgottenSeconds: 100,
  credentialsKnownMax: 10_000,
  /** The cap for a subscription that is inactive or whose circuit is open. */
  parkedEventsDefault: 100_000,
  parkedEventsMax: 10_000_000,
  parkedMegabytesDefault: 4_096,
  parkedMegabytesMax: 100_000_000,
  parkedMemoTtlMs: minute,
  /** Per tenant. */
  subscriptionsDefault: 10_000,
  subscriptionsMax: 1_000_000,
  subscriptionCountTtlMs: 5 * second,
  subscriptionCountsKept: 1_000,
} as const;

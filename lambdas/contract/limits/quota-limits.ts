// The numbers of what is accepted and may wait: a part of `limits.ts`.
import { minute, second } from './units.ts';

export const quotaLimits = {
  ingestEventsPerSecondDefault: 500, // As many as the gateway lets through by default.
  ingestEventsPerSecondLocal: 5_000, // More than one machine accepts.
  ingestEventsPerSecondMax: 1_000_000,
  ingestBytesPerSecondDefault: 4 * 1024 * 1024, // 8 KB an event, at that rate.
  ingestBytesPerSecondLocal: 40 * 1024 * 1024,
  ingestBytesPerSecondMin: 1_024,
  ingestBytesPerSecondMax: 512 * 1024 * 1024,
  quotaBurstSeconds: 10,
  quotaBlockSeconds: 0.2,
  /** A block that a process took from what is shared is given up after this. */
  quotaBlockMs: 2 * second,
  /** What a process accepts without asking, of the rate, in each window. */
  quotaFreeRatio: 0.02,
  quotaWindowMs: 10 * second,
  quotaMetersMax: 10_000,
  /** Wrong keys and signatures about one key or subscription, of one address. */
  wrongCredentialsDefault: 100,
  wrongCredentialsMax: 1_000_000,
  /** How often as many may be wrong of one address in all. */
  wrongClaimsPerAddress: 10,
  /** All that was wrong is forgotten after so long, evenly. */
  wrongCredentialsForgottenSeconds: 100,
  credentialsKnownMax: 10_000,
  /** What may wait for a subscription that is inactive or whose circuit is open. */
  parkedEventsDefault: 100_000,
  parkedEventsMax: 10_000_000,
  parkedMegabytesDefault: 4_096,
  parkedMegabytesMax: 100_000_000,
  parkedMemoTtlMs: minute,
  /** Of a tenant. */
  subscriptionsDefault: 10_000,
  subscriptionsMax: 1_000_000,
  subscriptionCountTtlMs: 5 * second,
  subscriptionCountsKept: 1_000,
} as const;

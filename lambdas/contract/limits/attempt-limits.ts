// Limits of attempts, of endpoint health, and of sending after recovery: part of `limits.ts`.
import { day, hour, minute, second } from './units.ts';

export const attemptLimits = {
  // Attempts
  deliveryTimeoutMsDefault: 10 * second,
  deliveryTimeoutMsMin: 1 * second,
  deliveryTimeoutMsMax: 30 * second,
  responseBytesReadMax: 64 * 1024,
  responseCharactersKept: 1_000,
  /** Stacked codings; more serve no purpose. */
  contentCodingsMax: 2,
  /** A decoder's output chunk. */
  decodedChunkBytes: 4 * 1024,
  brotliWindowBytes: 256 * 1024,
  /** A redirect's target in an attempt's log. */
  redirectCharactersMax: 300,
  targetAllowHostsMax: 100,
  hostsFileBytesMax: 1024 * 1024, // Ad-blocking lists are larger; the relevant entries come first.
  scheduleLengthMax: 30,
  retryDelayMsMin: 1 * second,
  retryDelayMsMax: 7 * day,
  retryAfterMsMax: 24 * hour,
  /**
   * Since the first of a cycle: for this long a pause that the endpoint requests holds a delivery
   * back and consumes no try.
   */
  pausesMsMax: 5 * day,
  /**
   * A pause's minimum wait doubles with every attempt, so that an endpoint asking for one second is
   * not called every second.
   */
  pauseDelayMsMin: 1 * second,
  pauseDelayMsMax: hour,
  /** How much longer than requested a held message may wait, so that not all arrive at once. */
  holdSpreadRatio: 0.2,
  hopsMax: 5,
  /**
   * After this long without an answer for a name the resolver is asked for the root, and has the
   * same time to answer.
   */
  dnsDoubtMs: 400,
  /** The wait before retrying an attempt that the service itself could not send. */
  unsentDelayMsMin: 5 * second,
  unsentDelayMsMax: 15 * minute,
  /** How long the service counts as unhealthy after it could not send, unless it could since. */
  unsentShownMs: minute,
  jitterRatio: 0.2,
  rateLimitPerSecondMin: 0.01,
  rateLimitPerSecondMax: 1_000,
  rateLimitBurstMax: 1_000,
  /** A shorter postponement is not shown in the row: it would cost a write. */
  putOffShownMsMin: minute,

  // The circuit breaker: what one function instance sees of a subscription (ARCHITECTURE.md, "Health")
  circuitWindowMs: 5 * minute,
  circuitOpensAfterMs: minute,
  circuitFailuresMin: 10,
  circuitFailureRatio: 0.5,
  attemptWindowsMax: 10_000,
  probeDelayMsMin: minute,
  probeDelayMsMax: hour,
  /** The third failed attempt of a delivery, or its last, says that its endpoint is failing. */
  persistentFailureAttempts: 3,
  failingMsMax: 5 * day,
  /** Failures further apart are separate incidents: the time between is unknown. */
  failingGapMsMax: 36 * hour,
  /** The last failure is stored at most this often: more frequent ones cost no write. */
  failureSeenMs: 6 * hour,
  healthEventsKept: 20,

  // Sending a backlog
  usualRateHours: 24,
  recoveryDrainPerSecondMin: 0.15,
  /**
   * Share of the usual rate, on top of fresh events: below 1, since waiting deliveries come in
   * bursts.
   */
  recoveryDrainRatio: 0.75,
  resumeDrainPerSecondMin: 50,
  rampStartRatio: 0.25,
  rampStepMs: minute,
  backlogPageMs: 30 * second,
  backlogCountMax: 10_000,
} as const;

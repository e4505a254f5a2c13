// The numbers of attempts, of an endpoint's health, and of what is sent once it is well again: a part of `limits.ts`.
import { day, hour, minute, second } from './units.ts';

export const attemptLimits = {
  // Attempts
  deliveryTimeoutMsDefault: 10 * second,
  deliveryTimeoutMsMin: 1 * second,
  deliveryTimeoutMsMax: 30 * second,
  responseBytesReadMax: 64 * 1024,
  responseCharactersKept: 1_000,
  /** One applied upon the other; more have no use. */
  contentCodingsMax: 2,
  /** What a decoder gives out at once. */
  decodedChunkBytes: 4 * 1024,
  brotliWindowBytes: 256 * 1024,
  /** Of the address that a redirect leads to, in an attempt's log. */
  redirectCharactersMax: 300,
  targetAllowHostsMax: 100,
  hostsFileBytesMax: 1024 * 1024, // Lists that block advertisements are larger; what matters stands first.
  scheduleLengthMax: 30,
  retryDelayMsMin: 1 * second,
  retryDelayMsMax: 7 * day,
  retryAfterMsMax: 24 * hour,
  /** Since the first of a cycle: for as long a pause that the endpoint asks for holds a delivery back and uses up no try. */
  pausesMsMax: 5 * day,
  /** The least wait of a pause doubles with every attempt, so that one that asks for a second is not sent to every second. */
  pauseDelayMsMin: 1 * second,
  pauseDelayMsMax: hour,
  /** How much longer than asked a held message may wait, so that not all come at once. */
  holdSpreadRatio: 0.2,
  hopsMax: 5,
  /** After so long without an answer for a name the resolver is asked for the root, and has as long to answer that. */
  dnsDoubtMs: 400,
  /** Before an attempt that the service itself could not send is tried again. */
  unsentDelayMsMin: 5 * second,
  unsentDelayMsMax: 15 * minute,
  /** How long the service counts as unhealthy after it could not send, unless it could since. */
  unsentShownMs: minute,
  jitterRatio: 0.2,
  rateLimitPerSecondMin: 0.01,
  rateLimitPerSecondMax: 1_000,
  rateLimitBurstMax: 1_000,
  /** A put-off shorter than this is not shown in the row: it would cost a write. */
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
  /** Failures further apart are two troubles: what was in between is not known. */
  failingGapMsMax: 36 * hour,
  /** How often the last failure is stored: a failure more often costs no write. */
  failureSeenMs: 6 * hour,
  healthEventsKept: 20,

  // Sending a backlog
  usualRateHours: 24,
  recoveryDrainPerSecondMin: 0.15,
  /** Of the usual rate, beside the fresh events: less than once more, since what waits comes in bunches. */
  recoveryDrainRatio: 0.75,
  resumeDrainPerSecondMin: 50,
  rampStartRatio: 0.25,
  rampStepMs: minute,
  backlogPageMs: 30 * second,
  backlogCountMax: 10_000,
} as const;

// Every number of the service in one place, with the relations between them asserted at load time.
// Units stand last in a name. AWS limits carry their source.
import { assertRelations } from './limit-relations.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export const limits = {
  // Ingest
  bodyBytesDefault: 256 * 1024,
  bodyBytesMax: 320 * 1024, // A DynamoDB item holds 400 KB in all.
  eventTypeLengthMax: 100,
  idempotencyKeyLengthMax: 255,
  idempotencyWindowMs: day,
  contentTypeLengthMax: 100,

  // Subscriptions
  nameLengthMax: 100,
  targetUrlLengthMax: 2_048,
  secretLengthMax: 255,
  eventTypesPerSubscriptionMax: 100,
  operationalSubscriptionsMax: 10, // Of a tenant: each gets a delivery of every operational event.

  // Requests
  jsonDepthMax: 500, // JSON.stringify overflows the stack somewhere beyond 1,000 levels.
  fieldErrorsMax: 100,
  /** What a function keeps of its time to say that the time is up. */
  answerEarlyMs: 500,

  // Signing
  previousSecretsMax: 4,
  secretOverlapMsDefault: day,
  secretOverlapMsMax: 7 * day,
  signatureToleranceMs: 5 * minute, // Standard Webhooks, Stripe and Slack agree.
  signaturePrefixLengthMax: 50,

  // Custom headers and auth
  customHeadersMax: 20,
  customHeaderNameLengthMax: 100,
  customHeaderValueLengthMax: 1_000,
  credentialLengthMax: 4_096,
  pemLengthMax: 16_384,
  clientKeyBitsMin: 2_048, // Of RSA.
  clientKeyBitsMax: 4_096,
  clientChainCertificatesMax: 5,
  tokenResponseCharactersMax: 16_384,
  tokenLifetimeMsDefault: 5 * minute,
  tokenLifetimeMsMax: hour,
  tokenExpiryMarginMs: 30 * second,
  tokenMemoEntriesMax: 1_000,

  // Lists
  pageSizeDefault: 20,
  pageSizeMax: 100,
  errorCodeLengthMax: 50,
  /** Rows examined for one page when filters match few of them; the cursor carries on from there. */
  rowsExaminedPerPageMax: 2_000,

  // Attempts
  deliveryTimeoutMsDefault: 10 * second,
  deliveryTimeoutMsMin: 1 * second,
  deliveryTimeoutMsMax: 30 * second,
  responseBytesReadMax: 64 * 1024,
  responseCharactersKept: 1_000,
  scheduleLengthMax: 30,
  retryDelayMsMin: 1 * second,
  retryDelayMsMax: 7 * day,
  retryAfterMsMax: 24 * hour,
  /** How much longer than asked a held message may wait, so that not all come at once. */
  holdSpreadRatio: 0.2,
  hopsMax: 5,
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

  // Replay jobs
  replaysOpenMax: 10,
  replaysPerSecondDefault: 10,
  replaysPerSecondMax: 100,
  /** A step begins this much before its first replay is due, since a queue is late by as much. */
  replayLeadMs: 1 * second,
  /** What one step asks for at once: a pause takes hold after it. */
  replayStepMs: 10 * second,
  /** Pages of `rowsExaminedPerPageMax` that are read to count what a job would find. */
  replayCountPagesMax: 5,

  // The ledger
  /** Entries that are read with their rows for one page. */
  ledgerPageSize: 1_000,
  /** How far the clocks may differ that date a row and its entry. */
  ledgerClockMarginMs: 5 * minute,
  /** After the first check of an hour: the second sees what was lost since. */
  ledgerSecondCheckMs: 23 * hour,
  ledgerFunctionTimeoutMs: 15 * minute, // Lambda's most.
  /** What the check keeps of its time to say that the time is up. */
  ledgerReserveMs: 30 * second,
  ledgerIdsLoggedMax: 20,

  // Dead letters
  /** Our own messages have a tenth of it. */
  deadLetterBodyCharactersMax: 8_192,
  deadLetterDetailCharactersMax: 200,
  redriveIdsMax: 100,
  redrivesPerSecondDefault: 10,
  redrivesPerSecondMax: 100,
  /** What one request sends again, and how long it may take; its answer says how to go on. */
  redrivesPerRequestMax: 1_000,
  redriveRequestMs: 10 * second,

  // The sender's connections
  responseHeaderBytesMax: 16 * 1024, // Node's own default; with the 1xx responses before them.
  addressesTriedMax: 4,
  /** By how much a timer may be late before this process counts as having stood still. */
  oversleepMsMax: 250,
  socketsPerOriginMax: 400,
  /** Of one subscription at one origin. */
  socketsPerOwnerMax: 40,
  /** How long an attempt waits for a place among the connections; its deadline stands still meanwhile. */
  placeWaitMsMax: 5 * second,
  socketsMax: 512, // A function may have 1,024 file descriptors open.
  /** Below the 5 s after which many servers (Node's too) close an idle connection. */
  socketIdleMs: 4 * second,
  /** What a TLS server may send before the handshake is over: four times what chains of certificates usually have. */
  serverGreetingBytesMax: 12 * 1024,
  /** A step of a handshake with that much of our CPU makes its host dear, for a while. */
  handshakeDearMs: 20,
  handshakeDearForMs: 5 * minute,
  handshakeDearHostsMax: 1_000,
  /** Of the time, what handshakes with dear hosts get. */
  handshakeDearShare: 0.1,
  dnsCacheTtlMsMax: 30 * second,
  dnsCacheEntriesMax: 1_000,
  dnsQueryTimeoutMs: 2 * second,
  dnsTriesMax: 3,
  /** How long the answer for the other IP family is waited for once one is here (as in RFC 8305). */
  dnsOtherFamilyWaitMs: 200,

  // The accept protocol (ARCHITECTURE.md, "Accept")
  commitReadRetryMs: 300,
  commitResendDelayMs: 2 * second,
  commitWaitMaxMs: 60 * second,

  // Queue and functions
  queueDelayMsMax: 900 * second, // SQS DelaySeconds.
  queueBatchSize: 10, // SQS event source without a batching window.
  queueReceivesMax: 5,
  deliverFunctionTimeoutMs: 60 * second,
  /** What an attempt needs of a function's time beyond its own deadline: to queue the retry and to record. */
  recordReserveMs: 10 * second,
  apiFunctionTimeoutMs: 29 * second, // API Gateway gives up at 30 s (HTTP) or 29 s (REST).
  consoleFunctionTimeoutMs: 10 * second,
  queueVisibilityMs: 6 * 60 * second, // Lambda wants at least six function timeouts.
  queueRetentionMs: 4 * day,
  deadLetterRetentionMs: 14 * day,
  deadLetterFunctionTimeoutMs: 15 * second,
  deadLetterVisibilityMs: 90 * second, // Lambda wants at least six function timeouts.
  functionMemoryMb: 256,
  deliveryConcurrencyDefault: 50, // Batches at once: up to ten times as many requests in flight.
  requestsPerSecondDefault: 500,
  backlogAgeAlarmMs: 30 * minute,
  earlyToleranceMs: 1 * second,
  jobPageSize: 100,
  /** A job's first message comes after the change that it belongs to, which is stored just after it is sent. */
  jobDelayMs: 1 * second,

  // The local server
  /** Messages worked on at once; one that waits for its endpoint costs little more than a socket. */
  localInFlightMax: 400,
  /** Of one subscription, so that one slow endpoint leaves nearly everything to the others. */
  localInFlightPerSubscriptionMax: 40,

  // Memoization inside a function
  memoTtlMsMax: 30 * second,
  subscriptionMemoTtlMsDefault: 10 * second,
  subscriptionMemoEntriesMax: 10_000,
  keyMemoTtlMs: 15 * second,
  keyMemoEntriesMax: 1_000,

  // Storage
  writeUnitBytes: 1_024, // DynamoDB bills writes per started KB of the whole item.
  /** Left free in the row of an open delivery: what it will come to hold then stays in the same write unit. */
  rowRoomBytes: 240,
  retentionHoursDefault: 72,
  retentionHoursMax: 365 * 24,
  statsRetentionMs: 30 * day,
  statsWindowMsMax: 7 * day,
  deliveryShards: 4,
  ledgerShards: 8,
  apiKeysMax: 1_000,
  batchReadKeysMax: 100, // BatchGetItem.
  /** Reads in a row that give nothing new before a batch read is given up. */
  batchReadIdleTriesMax: 5,
  batchReadBackoffMs: 25,

  // Calls of AWS
  awsTriesMax: 3,
  awsConnectTimeoutMs: 1 * second,
  awsRequestTimeoutMs: 3 * second,
  scheduleRetriesMax: 185, // EventBridge Scheduler's most.
  scheduleEventAgeMsMax: 24 * hour,
} as const;

assertRelations(limits);

// Every number of the service in one place. Units stand last in a name. AWS limits carry their source.
import { attemptLimits } from './attempt-limits.ts';
import { quotaLimits } from './quota-limits.ts';
import { senderLimits } from './sender-limits.ts';
import { day, hour, minute, second } from './units.ts';

export const limits = {
  // Ingest
  bodyBytesDefault: 256 * 1024,
  bodyBytesMax: 320 * 1024, // A DynamoDB item holds 400 KB in all.
  eventTypeLengthMax: 100,
  idempotencyKeyLengthMax: 255,
  idempotencyWindowMs: day,
  contentTypeLengthMax: 255, // A multipart boundary alone may have 70.
  contentEncodingLengthMax: 100,

  ...quotaLimits,
  ...senderLimits,

  // Subscriptions
  nameLengthMax: 100,
  targetUrlLengthMax: 2_048,
  secretLengthMax: 255,
  eventTypesPerSubscriptionMax: 100,
  operationalSubscriptionsMax: 10, // Of a tenant: each gets a delivery of every operational event.

  // Requests
  jsonDepthMax: 500, // JSON.stringify overflows the stack somewhere beyond 1,000 levels.
  fieldErrorsMax: 100,
  /** Of a name that a request gave, in an error about it. */
  quotedCharactersMax: 100,
  /** What a function keeps of its time to say that the time is up. */
  answerEarlyMs: 500,

  // Signing
  previousSecretsMax: 4,
  secretOverlapMsDefault: day,
  secretOverlapMsMax: 7 * day,
  signatureToleranceMs: 5 * minute, // Standard Webhooks, Stripe and Slack agree.
  signaturePrefixLengthMax: 50,
  /** A shorter secret does not open ingest by itself. */
  keylessSecretLengthMin: 16,
  /** Of one request, in one header: a rotation leaves a few. */
  signaturesMax: 10,

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
  /** What is left for a fetch is rounded down to it, so that attempts with nearly as much time share one. */
  tokenFetchStepMs: 0.5 * second,

  // Lists
  pageSizeDefault: 20,
  pageSizeMax: 100,
  errorCodeLengthMax: 50,
  /** Rows examined for one page when filters match few of them; the cursor carries on from there. */
  rowsExaminedPerPageMax: 2_000,

  ...attemptLimits,

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

  // What the queue lost (ARCHITECTURE.md, "Recovery")
  /** How late an attempt may be for reasons of the queue's: its longest delay, redeliveries, a backlog. */
  overdueAfterMs: 50 * minute,
  /** Of how late it is already: what was asked for again is not asked for once more before. */
  overdueBackoffRatio: 1 / 8,
  /** Over how long the messages are spread that are sent again. */
  recoverySpreadMs: 10 * minute,
  /** How late an attempt must be for a request to ask for it again, where a person knows that the queue forgot. */
  recoverLateMsDefault: minute,
  recoverLateMsMax: day,
  recoveriesPerSecondDefault: 100,
  recoveriesPerSecondMax: 1_000,
  /** What one request asks for again, and how long it may take; its answer says how to go on. */
  recoveriesPerRequestMax: 5_000,
  recoverRequestMs: 10 * second,

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
  /** What a batch keeps of its function's time: what is not done by then comes again, alone. */
  batchReserveMs: 5 * second,
  apiFunctionTimeoutMs: 29 * second, // API Gateway gives up at 30 s (HTTP) or 29 s (REST).
  consoleFunctionTimeoutMs: 10 * second,
  queueVisibilityMs: 6 * 60 * second, // Lambda wants at least six function timeouts.
  queueRetentionMs: 14 * day, // SQS's most.
  deadLetterRetentionMs: 14 * day, // Likewise; a letter in the table is kept as long.
  deadLetterFunctionTimeoutMs: 15 * second,
  deadLetterVisibilityMs: 90 * second, // Lambda wants at least six function timeouts.
  deadLetterConcurrency: 2, // The least that an event source takes.
  functionMemoryMb: 256,
  deliveryConcurrencyDefault: 50, // Batches at once: up to ten times as many requests in flight.
  requestsPerSecondDefault: 500,
  apiRequestsPerSecondDefault: 50,
  openRequestsPerSecondDefault: 20,
  gatewayRequestsPerSecondMax: 10_000, // API Gateway gives an account as many a region, unless AWS raises it.
  gatewayBurstMax: 5_000, // Likewise.
  backlogAgeAlarmMs: 30 * minute,
  earlyToleranceMs: 1 * second,
  jobPageSize: 100,
  /** A job's first message comes after the change that it belongs to, which is stored just after it is sent. */
  jobDelayMs: 1 * second,

  // Clocks
  /** Clocks differ by less; one that moves by more at once has stepped. */
  clockStepMs: 5 * second,

  // The local server
  /** As far as the file descriptors go. */
  localConnectionsMax: 10_000,
  /** A timer cannot know that the clock was set: what waits is looked at again. */
  localSleepMsMax: 30 * second,
  localClockLookMs: 1 * second,
  /** A clock that jumped ahead counts for what is removed for good only after this. */
  localJumpSettledMs: hour,
  /** A start that is later than this after all that is stored may be one with a wrong clock. */
  localIdleMsMax: day,
  /** Messages worked on at once; one that waits for its endpoint costs little more than a socket. */
  localInFlightMax: 400,
  /** Of one subscription, so that one slow endpoint leaves nearly everything to the others. */
  localInFlightPerSubscriptionMax: 40,
  /** Of one subscription, until its work is seen to end. */
  localUntestedInFlightMax: 4,
  /** Work that ends sooner is quick: its place is soon another's. */
  localQuickMs: 1 * second,
  /** Of all places, what slow subscriptions may hold together; and with them those of which nothing is known yet. */
  localSlowRatio: 0.5,
  localUntestedRatio: 0.75,
  /** Of what is free to its kind, what one subscription may hold. */
  localShareOfFreeRatio: 0.2,
  /** Subscriptions of which it is remembered how long their work takes. */
  localPacesKept: 10_000,

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

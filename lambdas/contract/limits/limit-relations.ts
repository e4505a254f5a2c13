// What must hold between the limits. Asserted when they are loaded: a change that breaks one stops the first start.
import type { limits as all } from './limit-values.ts';
import { minute } from './units.ts';

function must(holds: boolean, relation: string): void {
  if (!holds) throw new Error(`limits.ts: ${relation} does not hold`);
}

export function assertRelations(limits: typeof all): void {
  assertDelivering(limits);
  assertServing(limits);
  assertLocalRelations(limits);
}

function assertDelivering(limits: typeof all): void {
  must(
    limits.queueVisibilityMs >= 6 * limits.deliverFunctionTimeoutMs,
    'queue visibility ≥ 6 × deliver function timeout',
  );
  must(
    limits.deliverFunctionTimeoutMs > limits.deliveryTimeoutMsMax + 1.5 * limits.recordReserveMs,
    'the longest attempt fits into a function that has just begun',
  );
  must(
    2 * limits.batchReserveMs <= limits.recordReserveMs,
    'an attempt that began in time is recorded before its batch is cut',
  );
  must(
    limits.unsentDelayMsMax <= limits.queueDelayMsMax,
    'what could not be sent waits in the queue, and needs no schedule',
  );
  must(
    limits.responseBytesReadMax >= 4 * limits.responseCharactersKept,
    'the kept characters, of at most 4 bytes each, are read',
  );
  must(
    4 * limits.tokenResponseCharactersMax + 2 * limits.decodedChunkBytes <
      limits.brotliWindowBytes - 16,
    'what is decoded ends before a small window makes a difference',
  );
  must(
    limits.circuitOpensAfterMs < limits.circuitWindowMs,
    'a window is long enough to open a circuit',
  );
  must(limits.probeDelayMsMin >= minute, 'at most one probe a minute');
  must(
    limits.failingGapMsMax >
      limits.failureSeenMs + limits.retryAfterMsMax * (1 + limits.holdSpreadRatio),
    'the standard schedule and the longest pause leave no gap in the failures of an endpoint',
  );
  must(limits.backlogPageMs < limits.queueDelayMsMax, 'a page of a backlog needs no schedule');
  must(
    10 * limits.localInFlightPerSubscriptionMax <= limits.localInFlightMax,
    'one subscription takes a tenth of what is in flight locally',
  );
  must(
    2 * limits.dnsDoubtMs < limits.deliveryTimeoutMsMin,
    'a resolver that answers nobody is known before an attempt ends',
  );
  must(limits.dnsOtherFamilyWaitMs < limits.deliveryTimeoutMsMin, 'DNS waits less than an attempt');
}

function assertServing(limits: typeof all): void {
  must(limits.apiFunctionTimeoutMs < limits.commitWaitMaxMs, 'commit wait > any request can live');
  must(
    limits.idempotencyWindowMs > 2 * limits.signatureToleranceMs,
    'a signed message is remembered for as long as its time lets it be played again',
  );
  must(
    limits.backlogAgeAlarmMs > limits.queueDelayMsMax + limits.queueVisibilityMs,
    'backlog alarm > longest delay + one redelivery',
  );
  must(
    limits.deadLetterVisibilityMs >= 6 * limits.deadLetterFunctionTimeoutMs,
    'dead-letter visibility ≥ 6 × dead-letter function timeout',
  );
  must(
    limits.redriveIdsMax <= limits.batchReadKeysMax,
    'the dead letters that a request names are read at once',
  );
  must(
    2 * limits.redriveRequestMs < limits.apiFunctionTimeoutMs,
    'a request that redrives has time to end what it began',
  );
  must(limits.bodyBytesMax < 380 * 1024, 'a body fits in one DynamoDB item');
  must(limits.subscriptionMemoTtlMsDefault <= limits.memoTtlMsMax, 'subscription memo ≤ 30 s');
  must(limits.keyMemoTtlMs <= limits.memoTtlMsMax, 'key memo ≤ 30 s');
  must(
    limits.tokenExpiryMarginMs >= limits.deliveryTimeoutMsMax,
    'a token outlives the attempt that it is used in',
  );
  must(
    4 * limits.tokenResponseCharactersMax <= limits.responseBytesReadMax,
    'a token response is read in full',
  );
  must(limits.pageSizeMax <= limits.rowsExaminedPerPageMax, 'a page fits in the rows examined');
  must(
    2 * limits.replayStepMs < limits.commitWaitMaxMs,
    "a step's message is waited for longer than the step before it lasts",
  );
  must(
    limits.deliverFunctionTimeoutMs >
      limits.deliveryTimeoutMsMax +
        2 * limits.awsTriesMax * (limits.awsConnectTimeoutMs + limits.awsRequestTimeoutMs),
    'deliver function timeout > longest attempt + two calls of AWS at their worst',
  );
  assertConnections(limits);
  assertRetentions(limits);
  assertRecovery(limits);
}

/** So that no attempt waits for what another subscription holds. */
function assertConnections(limits: typeof all): void {
  must(limits.socketsPerOriginMax <= limits.socketsMax, 'sockets per origin ≤ all sockets');
  must(
    limits.localInFlightMax <= limits.socketsPerOriginMax,
    'local messages in flight, all to one host, find a place each',
  );
  must(
    limits.localInFlightPerSubscriptionMax <= limits.socketsPerOwnerMax,
    'what one subscription has in flight locally finds a place each',
  );
  must(
    10 * limits.socketsPerOwnerMax <= limits.socketsPerOriginMax,
    'one subscription holds a tenth of the connections to a host',
  );
  must(limits.placeWaitMsMax < limits.recordReserveMs, 'a wait for a place leaves time to record');
  must(
    limits.queueBatchSize <= limits.socketsPerOwnerMax,
    'no attempt of a function waits for a place',
  );
}

function assertRetentions(limits: typeof all): void {
  must(
    // SQS counts the age of a dead letter from the first sending of its message.
    limits.deadLetterRetentionMs >= limits.queueRetentionMs,
    'no message expires by becoming a dead letter',
  );
  must(
    (limits.queueReceivesMax + 1) * limits.queueVisibilityMs + limits.deadLetterVisibilityMs <
      limits.queueRetentionMs / 24,
    'a message that has only begun to fail is buried in the table long before it expires',
  );
}

function assertRecovery(limits: typeof all): void {
  must(
    2 * limits.recoverRequestMs < limits.apiFunctionTimeoutMs,
    'a request that recovers has time to end what it began',
  );
  must(limits.recoverySpreadMs <= limits.queueDelayMsMax, 'what is sent again needs no schedule');
  must(
    limits.overdueAfterMs >=
      limits.recoverySpreadMs + limits.queueReceivesMax * limits.queueVisibilityMs,
    'what is overdue was given up by the queue, even where it was sent again',
  );
  must(limits.overdueAfterMs < 60 * minute, 'the check after the next one sees what is lost now');
}

function assertLocalRelations(limits: typeof all): void {
  must(
    limits.localSlowRatio < limits.localUntestedRatio && limits.localUntestedRatio < 1,
    'slow subscriptions leave places to new ones, and both to quick ones',
  );
  must(
    limits.localQuickMs <= limits.deliveryTimeoutMsMin,
    'what is quick ends before any deadline',
  );
}

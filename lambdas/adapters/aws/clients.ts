// The AWS clients. One hanging call would stall the whole batch, so every call has a deadline and a
// bounded number of tries. Region, credentials and AWS_ENDPOINT_URL come from the environment.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import { limits } from '../../contract/limits/limits.ts';
import { UnavailableError } from '../../core/shared/port-errors.ts';

export type AwsClients = {
  dynamodb: DynamoDBClient;
  sqs: SQSClient;
  scheduler: SchedulerClient;
  eventBridge: EventBridgeClient;
};

export type ClientOptions = {
  endpoint?: string;
  region?: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
};

/** @param options used by tests only */
export function openClients(options: ClientOptions = {}): AwsClients {
  const shared = {
    ...options,
    maxAttempts: limits.awsTriesMax,
    requestHandler: {
      connectionTimeout: limits.awsConnectTimeoutMs,
      requestTimeout: limits.awsRequestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { keepAlive: true },
      httpsAgent: { keepAlive: true },
    },
  };
  return {
    dynamodb: new DynamoDBClient(shared),
    // An emulator's queue URLs may name hosts that do not resolve.
    sqs: new SQSClient({ ...shared, useQueueUrlAsEndpoint: false }),
    scheduler: new SchedulerClient(shared),
    eventBridge: new EventBridgeClient(shared),
  };
}

/** Names the failed call; the SDK's own error, which may quote keys, is only its cause. */
export async function call<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (cause) {
    const kind = cause instanceof Error ? cause.name : 'unknown error';
    const sentence = `${name} failed: ${kind}`;
    throw isOutage(cause) ? new UnavailableError(sentence, cause) : new Error(sentence, { cause });
  }
}

const throttling = /Throttl|ThroughputExceeded|LimitExceeded/;

/**
 * AWS was unreachable, failed or throttled; any other refusal is our bug or a missing permission.
 */
function isOutage(cause: unknown): boolean {
  // The SDK adds it to every call's error, even without a response.
  if (!(cause instanceof Error) || !('$metadata' in cause)) return false;
  const isRefusal = '$fault' in cause && cause.$fault === 'client';
  return !isRefusal || throttling.test(cause.name);
}

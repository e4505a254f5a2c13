// The deliveries queue's edge: SQS records in, the ids of those to retry out. Poison, and messages
// that fail at their last receive, are buried with the reason; failing that, the queue moves them
// to its own dead letters.
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { readMessage } from '../../core/dead-letters/read-message.ts';
import { buryFailed, buryPoison } from '../../operations/dead-letters/bury-message.ts';
import type { Context } from '../../operations/context.ts';
import { workBatch } from '../../operations/deliveries/work-batch.ts';
import { receivedFrom } from './received.ts';

export type DeliverHandler = (
  event: SQSEvent,
  lambdaContext?: Pick<LambdaContext, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

export function createDeliverHandler(context: Context): DeliverHandler {
  return async (event, lambdaContext) => {
    // Outside Lambda nothing stops the function.
    const remainingMs = lambdaContext?.getRemainingTimeInMillis() ?? Infinity;
    const endsAt = context.clock.now() + remainingMs;
    const read = event.Records.map((record) => ({ record, reading: readMessage(record.body) }));
    const comeAgain = await Promise.all([bury(context, read), work(context, read, endsAt)]);
    return {
      batchItemFailures: comeAgain.flat().map((record) => ({ itemIdentifier: record.messageId })),
    };
  };
}

type Read = { record: SQSRecord; reading: ReturnType<typeof readMessage> };

/** The poison that must come again. */
async function bury(context: Context, read: readonly Read[]): Promise<SQSRecord[]> {
  const comeAgain = read.map(async ({ record, reading }) => {
    if (reading.kind === 'message') return [];
    const isDone = await buryPoison(context, receivedFrom(record), reading);
    return isDone ? [] : [record];
  });
  return (await Promise.all(comeAgain)).flat();
}

/** The messages that must come again. */
async function work(context: Context, read: readonly Read[], endsAt: number): Promise<SQSRecord[]> {
  const readable = read.flatMap(({ record, reading }) =>
    reading.kind === 'message' ? [{ record, message: reading.message }] : [],
  );
  const messages = readable.map(({ message }) => message);
  const results = await workBatch(context, messages, endsAt);
  const comeAgain = readable.map(async ({ record }, index) => {
    const result = results[index];
    if (result === undefined || result.status === 'fulfilled') return [];
    const isDone = await buryFailed(context, receivedFrom(record), result.reason);
    return isDone ? [] : [record];
  });
  return (await Promise.all(comeAgain)).flat();
}

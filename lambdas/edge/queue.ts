// The deliveries queue's edge: SQS records in, the ids of the failed ones out. A record that cannot be read fails
// alone; the queue hands it to the dead letters after its last receive.
import type { Context as LambdaContext, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { queueMessage } from '../contract/messages.ts';
import type { QueueMessage } from '../contract/messages.ts';
import type { Context } from '../operations/context.ts';
import { workBatch } from '../operations/work-batch.ts';

export type DeliverHandler = (
  event: SQSEvent,
  lambdaContext?: Pick<LambdaContext, 'getRemainingTimeInMillis'>,
) => Promise<SQSBatchResponse>;

export function createDeliverHandler(context: Context): DeliverHandler {
  return async (event, lambdaContext) => {
    // Outside Lambda nobody stops the function.
    const remainingMs = lambdaContext?.getRemainingTimeInMillis() ?? Infinity;
    const endsAt = context.clock.now() + remainingMs;
    const read = event.Records.map((record) => ({ record, message: readMessage(context, record) }));
    const readable = read.flatMap(({ record, message }) =>
      message === null ? [] : [{ record, message }],
    );
    const unreadable = read.filter(({ message }) => message === null).map(({ record }) => record);
    const messages = readable.map(({ message }) => message);
    const done = await workBatch(context, messages, endsAt);
    const failed = readable.filter((_, index) => done[index] !== true).map(({ record }) => record);
    return {
      batchItemFailures: [...unreadable, ...failed].map((record) => ({
        itemIdentifier: record.messageId,
      })),
    };
  };
}

function readMessage(context: Context, record: SQSRecord): QueueMessage | null {
  try {
    return queueMessage.parse(JSON.parse(record.body));
  } catch (error) {
    context.log.error('message.unreadable', { messageId: record.messageId }, error);
    return null;
  }
}

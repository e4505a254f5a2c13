// The edge of the queue's own dead letters: messages that the deliver function could not give up
// itself, because it died at every receive or could not store the letter. They are stored here; one
// that cannot be stored comes again.
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { limits } from '../../contract/limits/limits.ts';
import { whyGivenUp } from '../../core/dead-letters/dead-letter.ts';
import type { Ports } from '../../core/ports.ts';
import { buryMessage } from '../../operations/dead-letters/bury-message.ts';
import { receivedFrom } from './received.ts';

export type DeadLetterHandler = (event: SQSEvent) => Promise<SQSBatchResponse>;

const silent = 'The deliver function died silently at every receive';

export function createDeadLetterHandler(
  context: Pick<Ports, 'deadLetters' | 'clock' | 'log'>,
): DeadLetterHandler {
  return async ({ Records }) => {
    const failures = Records.map(async (record) => {
      // Its receive count continues in this queue.
      const received = { ...receivedFrom(record), receiveCount: limits.queueReceivesMax };
      const isDone = await buryMessage(context, received, whyGivenUp(record.body, silent));
      return isDone ? [] : [{ itemIdentifier: record.messageId }];
    });
    return { batchItemFailures: (await Promise.all(failures)).flat() };
  };
}

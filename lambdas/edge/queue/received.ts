// Converts an SQS record into the operations' form.
import type { SQSRecord } from 'aws-lambda';
import type { Received } from '../../core/dead-letters/dead-letter.ts';

export function receivedFrom({ messageId, body, attributes }: SQSRecord): Received {
  return {
    messageId,
    body,
    receiveCount: Number(attributes.ApproximateReceiveCount),
    sentAt: Number(attributes.SentTimestamp),
  };
}

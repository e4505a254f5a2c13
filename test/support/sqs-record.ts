// SQS records as an event source gives them, with what the handlers read of them.
import type { SQSRecord } from 'aws-lambda';
import type { Received } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { noon } from './factories.ts';

export function sqsRecord(about: Partial<Received>): SQSRecord {
  const { messageId = '1', body = '', receiveCount = 1, sentAt = noon } = about;
  const attributes = {
    ApproximateReceiveCount: String(receiveCount),
    SentTimestamp: String(sentAt),
  };
  return { messageId, body, attributes } as SQSRecord;
}

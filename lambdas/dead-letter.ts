// Keeps what the deliveries queue gave up, with its reason.
import { createDeadLetterHandler } from './edge/queue/dead-letter-queue.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createDeadLetterHandler(awsContext(process.env, noSender));

// Stores messages that the deliveries queue gave up, with the reason.
import { createDeadLetterHandler } from './edge/queue/dead-letter-queue.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createDeadLetterHandler(awsContext(process.env, noSender));

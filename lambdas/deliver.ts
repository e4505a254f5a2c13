// Works the deliveries queue: attempts and the jobs that follow a change of a subscription.
import { createDeliverHandler } from './edge/queue/queue.ts';
import { awsContext } from './edge/wiring.ts';
import { httpSender } from './edge/wiring-sender.ts';

export const handler = createDeliverHandler(awsContext(process.env, httpSender));

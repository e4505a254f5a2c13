// Ingest, apart from the rest of the API: its own concurrency, rights and alarms. It sends
// too: Amazon SNS is asked for its certificates, and told that a subscription to a topic is wanted.
import { createHttpHandler } from './edge/http/http.ts';
import { publishHandlers } from './edge/handlers/publish.ts';
import { awsContext } from './edge/wiring.ts';
import { httpSender } from './edge/wiring-sender.ts';

export const handler = createHttpHandler(publishHandlers, awsContext(process.env, httpSender));

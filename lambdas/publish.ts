// Ingest, separate from the rest of the API: its own concurrency, permissions and alarms. It also
// sends: it fetches certificates from Amazon SNS and confirms topic subscriptions.
import { createHttpHandler } from './edge/http/http.ts';
import { publishHandlers } from './edge/handlers/publish.ts';
import { awsContext } from './edge/wiring.ts';
import { httpSender } from './edge/wiring-sender.ts';

export const handler = createHttpHandler(publishHandlers, awsContext(process.env, httpSender));

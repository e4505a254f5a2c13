// Ingest, apart from the rest of the API: its own concurrency, rights and alarms.
import { createHttpHandler } from './edge/http.ts';
import { publishHandlers } from './edge/publish-handlers.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createHttpHandler(publishHandlers, awsContext(process.env, noSender));

// The management and query API: every route that the contract gives to `api`.
import { apiHandlers } from './edge/api-handlers.ts';
import { createHttpHandler } from './edge/http.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createHttpHandler(apiHandlers, awsContext(process.env, noSender));

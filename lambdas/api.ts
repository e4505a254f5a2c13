// The management and query API: every route that the contract assigns to `api`.
import { apiHandlers } from './edge/handlers/api.ts';
import { createHttpHandler } from './edge/http/http.ts';
import { awsContext, noSender } from './edge/wiring.ts';

export const handler = createHttpHandler(apiHandlers, awsContext(process.env, noSender));

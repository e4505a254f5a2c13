// What the api function answers. A route of the contract without its handler does not compile.
import { deadLetterHandlers } from './dead-letter-handlers.ts';
import { deliveryHandlers } from './delivery-handlers.ts';
import { ledgerHandlers } from './ledger-handlers.ts';
import { replayHandlers } from './replay-handlers.ts';
import type { RouteHandlers } from './route-handler.ts';
import { serviceHandlers } from './service-handlers.ts';
import { subscriptionHandlers } from './subscription-handlers.ts';

export const apiHandlers: RouteHandlers<'api'> = {
  ...serviceHandlers,
  ...subscriptionHandlers,
  ...deliveryHandlers,
  ...replayHandlers,
  ...deadLetterHandlers,
  ...ledgerHandlers,
};

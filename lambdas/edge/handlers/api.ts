// The api function's handlers. A route of the contract without a handler does not compile.
import { deadLetterHandlers } from './dead-letters.ts';
import { deliveryHandlers } from './deliveries.ts';
import { ledgerHandlers } from './ledger.ts';
import { replayHandlers } from './replays.ts';
import type { RouteHandlers } from '../http/route-handler.ts';
import { serviceHandlers } from './service.ts';
import { subscriptionHandlers } from './subscriptions.ts';

export const apiHandlers: RouteHandlers<'api'> = {
  ...serviceHandlers,
  ...subscriptionHandlers,
  ...deliveryHandlers,
  ...replayHandlers,
  ...deadLetterHandlers,
  ...ledgerHandlers,
};

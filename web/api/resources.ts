// The API's resources under short names, from the contract.
import type { DeadLetterResource } from '../../lambdas/contract/dead-letters/dead-letter-resource.ts';
import type { HealthResource } from '../../lambdas/contract/endpoints/health-resource.ts';
import type {
  LedgerHourResource,
  MissingDeliveryResource,
} from '../../lambdas/contract/ledger/ledger-routes.ts';
import type { ReplayResource } from '../../lambdas/contract/replays/replay-routes.ts';
import type {
  ApiKeyResource,
  AttemptResource,
  DeliveryResource,
  DeliveryWithPayloadResource,
  SubscriptionResource,
} from '../../lambdas/contract/http/resources.ts';
import type { SettingsResource } from '../../lambdas/contract/http/settings-resource.ts';
import type { StatsResource } from '../../lambdas/contract/ledger/stats-resource.ts';

export type ApiKey = ApiKeyResource;
export type Attempt = AttemptResource;
export type DeadLetter = DeadLetterResource;
export type Delivery = DeliveryResource;
export type DeliveryDetail = DeliveryWithPayloadResource;
export type DeliveryStatus = DeliveryResource['status'];
export type Health = HealthResource;
export type LedgerHour = LedgerHourResource;
export type MissingDelivery = MissingDeliveryResource;
export type Replay = ReplayResource;
export type Settings = SettingsResource;
export type Stats = StatsResource;
export type Subscription = SubscriptionResource;
export type Scope = ApiKeyResource['scopes'][number];

export const deliveryStatuses = [
  'delivered',
  'pending',
  'retrying',
  'parked',
  'failed',
  'cancelled',
] as const satisfies readonly DeliveryStatus[];

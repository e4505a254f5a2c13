import { limits } from '../../contract/limits/limits.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import type { Page } from '../../core/shared/page.ts';
import type { Context } from '../context.ts';

/** A job's next page of all deliveries of a subscription, whatever their status. */
export function pageOfSubscription(
  { deliveries }: Pick<Context, 'deliveries'>,
  of: { tenant: string; subscriptionId: SubscriptionId; cursor: string | null },
): Promise<Page<Delivery>> {
  return deliveries.list({
    ...of,
    status: null,
    eventType: null,
    errorCode: null,
    since: null,
    until: null,
    limit: limits.jobPageSize,
  });
}

// A page of deliveries, newest first, for one subscription or all.
import type { Delivery } from '../../core/deliveries/delivery.ts';
import type { DeliveryQuery } from '../../core/ports.ts';
import type { Page } from '../../core/shared/page.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function listDeliveries(
  context: Pick<Context, 'deliveries'>,
  query: DeliveryQuery,
): Promise<Page<Delivery>> {
  const { since, until } = query;
  if (since !== null && until !== null && since >= until) throw emptyWindow();
  return context.deliveries.list(query);
}

/** For an empty time window, which is more likely a mistake than intended. */
export function emptyWindow(): ServiceError {
  return new ServiceError(
    'invalid-request',
    'Query parameter since must be before until and the current time',
    [{ pointer: 'query/since', detail: 'must be before until and now' }],
  );
}

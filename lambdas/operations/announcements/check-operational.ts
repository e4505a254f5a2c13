// Caps the operator subscriptions: each adds a delivery to every announcement. Two concurrent
// requests may exceed the cap by one.
import { limits } from '../../contract/limits/limits.ts';
import type { SubscriptionFields } from '../../contract/http/resources.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function checkOperational(
  context: Pick<Context, 'subscriptions'>,
  { tenant, id }: { tenant: string; id: SubscriptionId },
  fields: SubscriptionFields,
): Promise<void> {
  if (fields.operational_events !== true) return;
  const operators = await context.subscriptions.listOperational(tenant);
  const others = operators.filter((operator) => operator.id !== id);
  if (others.length < limits.operationalSubscriptionsMax) return;
  throw new ServiceError(
    'limit-exceeded',
    `There are ${limits.operationalSubscriptionsMax} operator's subscriptions already`,
    [
      {
        pointer: '/operational_events',
        detail: 'must be false: the limit of operator subscriptions is reached',
      },
    ],
  );
}

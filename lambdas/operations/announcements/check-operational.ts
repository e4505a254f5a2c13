// Refuses one operator's subscription too many: each is one more delivery of whatever is announced. Two requests at the
// same time may pass it by one.
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
    [{ pointer: '/operational_events', detail: 'must be false: there are enough' }],
  );
}

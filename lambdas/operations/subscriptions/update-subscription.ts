// Changes only the given fields.
import type { SubscriptionFields } from '../../contract/http/resources.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { updateSubscription as updated } from '../../core/subscriptions/apply-fields.ts';
import { changeSubscription } from './change-subscription.ts';
import { checkOperational } from '../announcements/check-operational.ts';
import { checkTargets } from '../endpoints/check-targets.ts';
import type { Context } from '../context.ts';

export async function updateSubscription(
  context: Context,
  key: { tenant: string; id: SubscriptionId },
  fields: SubscriptionFields,
): Promise<Subscription> {
  checkTargets(context, fields);
  await checkOperational(context, key, fields);
  return changeSubscription(context, key, (before, now) => updated(before, fields, now));
}

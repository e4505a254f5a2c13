// The headers that the inbox keeps: all names, and the values that are not a subscription's secret.
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import { isDeliveryId, subscriptionIdOf } from '../../lambdas/core/ids.ts';
import type { SubscriptionStore } from '../../lambdas/core/ports.ts';
import { defaultTenant } from '../../lambdas/core/access/tenant.ts';

type Headers = Readonly<Record<string, string>>;

const credentials = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key'];

/** Masks credentials and the subscription's custom headers; names in lower case. */
export async function withoutSecrets(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  headers: Headers,
): Promise<Headers> {
  const own = await ownHeaders(subscriptions, headers['webhook-id'] ?? '');
  const masked = new Set([...credentials, ...own]);
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, masked.has(name) ? secretMask : value]),
  );
}

async function ownHeaders(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  webhookId: string,
): Promise<string[]> {
  if (!isDeliveryId(webhookId)) return [];
  const subscription = await subscriptions.get(defaultTenant, subscriptionIdOf(webhookId));
  if (subscription === undefined) return [];
  const { customHeaders, auth } = subscription;
  const names = [...Object.keys(customHeaders), ...(auth?.type === 'header' ? [auth.name] : [])];
  return names.map((name) => name.toLowerCase());
}

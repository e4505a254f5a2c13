// Verifies what the inbox receives as a careful receiver would, with the stored secrets.
import { isDeliveryId, subscriptionIdOf } from '../../lambdas/core/ids.ts';
import { verifyInbound } from '../../lambdas/core/events/inbound-verification.ts';
import type { SubscriptionStore } from '../../lambdas/core/ports.ts';
import { activeSecrets } from '../../lambdas/core/signing/secrets.ts';
import { defaultTenant } from '../../lambdas/core/access/tenant.ts';

type Verdict = true | false | 'unsigned';

export type Verified = { standard_webhooks: Verdict; hub: Verdict };

export type Signed = { headers: Readonly<Record<string, string>>; body: Buffer };

export async function verifySignatures(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  request: Signed,
  now: number,
): Promise<Verified> {
  const secrets = await secretsFor(subscriptions, request.headers['webhook-id'] ?? '', now);
  const verify = (scheme: 'standard' | 'github'): Verdict => {
    const verdict = verifyInbound({ scheme, secret: null }, secrets, { ...request, now });
    return verdict === 'missing' ? 'unsigned' : verdict === 'ok';
  };
  return { standard_webhooks: verify('standard'), hub: verify('github') };
}

/** The delivery's id contains its subscription's id. */
async function secretsFor(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  webhookId: string,
  now: number,
): Promise<string[]> {
  if (!isDeliveryId(webhookId)) return [];
  const subscription = await subscriptions.get(defaultTenant, subscriptionIdOf(webhookId));
  return subscription === undefined ? [] : activeSecrets(subscription, now);
}

// Checks what the inbox receives as a careful receiver would, with the secret that the store holds.
import { timingSafeEqual } from 'node:crypto';
import { isDeliveryId, subscriptionIdOf } from '../../lambdas/core/ids.ts';
import type { SubscriptionStore } from '../../lambdas/core/ports.ts';
import { standardSignature, verifiesHubSignature } from '../../lambdas/core/signature.ts';
import { defaultTenant } from '../../lambdas/operations/caller.ts';

type Verdict = true | false | 'unsigned';

export type Verified = { standard_webhooks: Verdict; hub: Verdict };

export type Signed = { headers: Readonly<Record<string, string>>; body: Buffer };

/** Standard Webhooks: receivers refuse what is older or newer. */
const toleranceMs = 5 * 60_000;

export async function verifySignatures(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  request: Signed,
  now: number,
): Promise<Verified> {
  const { headers, body } = request;
  const standard = headers['webhook-signature'];
  const hub = headers['x-hub-signature-256'];
  const secret = await secretFor(subscriptions, headers['webhook-id'] ?? '');
  return {
    standard_webhooks:
      standard === undefined ? 'unsigned' : secret !== null && isStandard(secret, request, now),
    hub:
      hub === undefined ? 'unsigned' : secret !== null && verifiesHubSignature(secret, body, hub),
  };
}

/** The delivery's id holds the id of its subscription. */
async function secretFor(
  subscriptions: Pick<SubscriptionStore, 'get'>,
  webhookId: string,
): Promise<string | null> {
  if (!isDeliveryId(webhookId)) return null;
  const subscription = await subscriptions.get(defaultTenant, subscriptionIdOf(webhookId));
  return subscription?.secret ?? null;
}

function isStandard(secret: string, { headers, body }: Signed, now: number): boolean {
  const timestamp = Number(headers['webhook-timestamp']);
  if (!Number.isInteger(timestamp)) return false;
  if (Math.abs(now - timestamp * 1_000) > toleranceMs) return false;
  const id = headers['webhook-id'] ?? '';
  const expected = Buffer.from(standardSignature(secret, { id, timestamp, body }));
  const given = (headers['webhook-signature'] ?? '').split(' ').map((text) => Buffer.from(text));
  return given.some((text) => text.length === expected.length && timingSafeEqual(text, expected));
}

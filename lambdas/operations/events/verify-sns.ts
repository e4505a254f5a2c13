// Verifies a message from Amazon SNS. The guarded sender fetches its certificate and the
// confirmation URL.
import { limits } from '../../contract/limits/limits.ts';
import type { Verification } from '../../contract/events/verification.ts';
import type { InboundVerdict } from '../../core/events/inbound-verification.ts';
import { UnsentError } from '../../core/shared/port-errors.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { SnsMessage } from '../../core/events/sns-message.ts';
import {
  isCertificate,
  isFreshFromSns,
  isSignedBySns,
  readSnsMessage,
} from '../../core/events/sns-message.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'sender' | 'certificateMemo' | 'log'>;

export async function verifySns(
  context: Needs,
  subscription: Pick<Subscription, 'tenant' | 'id'>,
  about: { verification: Extract<Verification, { scheme: 'sns' }>; body: Uint8Array },
): Promise<{ verdict: InboundVerdict; message: SnsMessage | null }> {
  const message = readSnsMessage(about.body, about.verification.topic_arn);
  if (message === null) return { verdict: 'missing', message };
  const { certificateUrl } = message;
  const pem = await context.certificateMemo.get(certificateUrl, context.clock, () =>
    fetched(context, subscription, certificateUrl),
  );
  // A fetch that failed now may succeed on the next try.
  if (!isCertificate(pem)) context.certificateMemo.forget(certificateUrl);
  if (!isSignedBySns(message, pem)) return { verdict: 'invalid', message };
  const verdict = isFreshFromSns(message, context.clock.now()) ? 'ok' : 'expired';
  return { verdict, message };
}

/** Throws a `ServiceError` if the confirmation failed: SNS then asks again. */
export async function confirmSns(
  context: Needs,
  subscription: Pick<Subscription, 'tenant' | 'id'>,
  { confirmUrl }: SnsMessage,
): Promise<void> {
  if (confirmUrl === null) return;
  if ((await fetched(context, subscription, confirmUrl)) === null) {
    throw new ServiceError('unavailable', 'Amazon SNS did not accept the confirmation; retry');
  }
  context.log.info('sns.confirmed', { subscriptionId: subscription.id });
}

/** Null if it did not arrive complete. */
async function fetched(
  { sender }: Needs,
  { tenant, id }: Pick<Subscription, 'tenant' | 'id'>,
  url: string,
): Promise<string | null> {
  try {
    const result = await sender.send({
      method: 'GET',
      url,
      headers: {},
      body: new Uint8Array(),
      owner: `${tenant} ${id}`,
      timeoutMs: limits.snsRequestTimeoutMs,
      responseCharacters: limits.snsCertificateCharactersMax,
    });
    const isWhole = result.kind === 'response' && result.statusCode === 200 && !result.truncated;
    return isWhole ? result.body : null;
  } catch (error) {
    if (error instanceof UnsentError) return null;
    throw error;
  }
}

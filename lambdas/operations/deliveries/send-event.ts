// One signed request. If the endpoint needs a token and none can be obtained, nothing is sent: the
// attempt fails, and its retry asks again. If it refuses a cached token, a fresh one is tried
// within the same attempt. Everything counts against the attempt's deadline, and each signature is
// made after its token arrived.
import type { EndpointAuth } from '../../contract/endpoints/endpoint-auth.ts';
import type { AccessToken } from '../../core/endpoints/access-token.ts';
import { credentialsOf } from '../../core/endpoints/endpoint-auth.ts';
import type { OAuthClient } from '../../core/endpoints/endpoint-auth.ts';
import type { LoadedDelivery } from '../../core/ports.ts';
import { requestHeaders } from '../../core/endpoints/request-headers.ts';
import type { SendResult } from '../../core/deliveries/send-result.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { accessTokenFor, forgetAccessToken } from '../endpoints/access-token.ts';
import type { Context } from '../context.ts';

export type Sending = LoadedDelivery & { subscription: Subscription };

type Needs = Pick<Context, 'clock' | 'sender' | 'tokenMemo' | 'tokenFetches' | 'rules'>;

/** One attempt, of one or two requests; its start is a reading of the steady clock. */
type Attempt = { owner: string; timeoutMs: number; startedAt: number };

export async function sendEvent(context: Needs, sending: Sending): Promise<SendResult> {
  const { subscription } = sending;
  const { auth } = subscription;
  const attempt = {
    owner: `${subscription.tenant} ${subscription.id}`,
    timeoutMs: subscription.timeoutMs ?? context.rules.timeoutMs,
    startedAt: context.clock.steady(),
  };
  return auth?.type === 'oauth2'
    ? sendWithToken(context, sending, { ...attempt, client: auth })
    : post(context, sending, { ...attempt, auth });
}

async function sendWithToken(
  context: Needs,
  sending: Sending,
  attempt: Attempt & { client: OAuthClient },
): Promise<SendResult> {
  const token = await tokenFor(context, attempt);
  if ('error' in token) return failedAuth(token.error, waitedOf(context, attempt));
  const result = await postWith(token, context, { sending, attempt });
  // If a fresh token is refused too, the 401 is the endpoint's own.
  if (!isRefused(result) || !token.isRemembered) return result;
  const fresh = await tokenFor(context, attempt);
  // The endpoint's answer says more than "no time left to retry".
  const isOver = waitedOf(context, attempt) >= attempt.timeoutMs;
  return 'error' in fresh || isOver
    ? { ...result, durationMs: waitedOf(context, attempt) }
    : postWith(fresh, context, { sending, attempt });
}

function tokenFor(context: Needs, attempt: Attempt & { client: OAuthClient }) {
  const { client, owner, timeoutMs } = attempt;
  const leftMs = timeoutMs - waitedOf(context, attempt);
  return accessTokenFor(context, client, { owner, timeoutMs: leftMs });
}

async function postWith(
  token: AccessToken,
  context: Needs,
  { sending, attempt }: { sending: Sending; attempt: Attempt & { client: OAuthClient } },
): Promise<SendResult> {
  const auth = { type: 'bearer', token: token.text } as const;
  const result = await post(context, sending, { ...attempt, auth });
  if (isRefused(result)) forgetAccessToken(context, attempt.client, token.text);
  return result;
}

function isRefused(result: SendResult): boolean {
  return result.kind === 'response' && result.statusCode === 401;
}

async function post(
  context: Needs,
  sending: Sending,
  attempt: Attempt & { auth: Exclude<EndpointAuth, OAuthClient> | null },
): Promise<SendResult> {
  const { subscription, body } = sending;
  const waitedMs = waitedOf(context, attempt);
  const { header, ...connection } = attempt.auth === null ? {} : credentialsOf(attempt.auth);
  const result = await context.sender.send({
    url: subscription.targetUrl,
    headers: {
      ...requestHeaders(sending, subscription, context.clock.now()),
      ...(header !== undefined && { [header[0]]: header[1] }),
    },
    body,
    owner: attempt.owner,
    timeoutMs: attempt.timeoutMs - waitedMs,
    ...connection,
  });
  return { ...result, durationMs: result.durationMs + waitedMs };
}

/** In whole milliseconds, the unit in which durations are stored. */
function waitedOf({ clock }: Needs, { startedAt }: Attempt): number {
  return Math.round(clock.steady() - startedAt);
}

function failedAuth(detail: string, durationMs: number): SendResult {
  const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return { kind: 'error', code: 'auth_failed', detail, durationMs, timings };
}

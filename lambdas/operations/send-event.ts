// One signed request. Where the endpoint wants a token and none can be had, nothing is sent: the attempt fails, and its
// retry asks again. The token counts against the attempt's deadline, and the signature is made after it came.
import type { EndpointAuth } from '../contract/endpoint-auth.ts';
import type { NoToken } from '../core/access-token.ts';
import { credentialsOf } from '../core/endpoint-auth.ts';
import type { OAuthClient } from '../core/endpoint-auth.ts';
import type { LoadedDelivery } from '../core/ports.ts';
import { requestHeaders } from '../core/request-headers.ts';
import type { SendRequest, SendResult } from '../core/send-result.ts';
import type { Subscription } from '../core/subscription.ts';
import { accessTokenFor, forgetAccessToken } from './access-token.ts';
import type { Context } from './context.ts';

export type Sending = LoadedDelivery & { subscription: Subscription };

type Needs = Pick<Context, 'clock' | 'sender' | 'tokenMemo' | 'rules'>;

export async function sendEvent(context: Needs, sending: Sending): Promise<SendResult> {
  const { subscription, body } = sending;
  const timeoutMs = subscription.timeoutMs ?? context.rules.timeoutMs;
  const owner = `${subscription.tenant} ${subscription.id}`;
  const startedAt = context.clock.now();
  const auth = await usableAuth(context, subscription.auth, { owner, timeoutMs });
  const now = context.clock.now();
  const waitedMs = Math.max(0, now - startedAt);
  if (auth !== null && 'error' in auth) return failedAuth(auth.error, waitedMs);
  const { authorization, ...connection } = auth === null ? {} : credentialsOf(auth);
  const result = await context.sender.send({
    url: subscription.targetUrl,
    headers: {
      ...requestHeaders(sending, subscription, now),
      ...(authorization !== undefined && { Authorization: authorization }),
    },
    body,
    owner,
    timeoutMs: timeoutMs - waitedMs,
    ...connection,
  });
  const isRefused = result.kind === 'response' && result.statusCode === 401;
  if (isRefused && subscription.auth?.type === 'oauth2') {
    forgetAccessToken(context, subscription.auth, timeoutMs);
  }
  return { ...result, durationMs: result.durationMs + waitedMs };
}

/** An OAuth client becomes the bearer of a token. */
async function usableAuth(
  context: Needs,
  auth: EndpointAuth | null,
  about: Pick<SendRequest, 'owner' | 'timeoutMs'>,
): Promise<Exclude<EndpointAuth, OAuthClient> | NoToken | null> {
  if (auth?.type !== 'oauth2') return auth;
  const token = await accessTokenFor(context, auth, about);
  return 'error' in token ? token : { type: 'bearer', token: token.text };
}

function failedAuth(detail: string, durationMs: number): SendResult {
  const timings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };
  return { kind: 'error', code: 'auth_failed', detail, durationMs, timings };
}

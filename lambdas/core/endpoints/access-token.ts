// OAuth 2 client credentials (RFC 6749, 4.4): the request to a token endpoint, and how to read its
// response.
import { limits } from '../../contract/limits/limits.ts';
import type { OAuthClient } from './endpoint-auth.ts';
import { userAgent } from './request-headers.ts';
import type { SendRequest, SendResult } from '../deliveries/send-result.ts';

export type AccessToken = { text: string; expiresAt: number };
/** Why there is none, in a sentence that quotes nothing the endpoint sent. */
export type NoToken = { error: string };

export function tokenRequest(
  client: OAuthClient,
  about: Pick<SendRequest, 'owner' | 'timeoutMs'>,
): SendRequest {
  const isInBody = client.token_auth === 'client_secret_post';
  return {
    url: client.token_url,
    headers: {
      Accept: 'application/json',
      ...(!isInBody && { Authorization: basicOf(client) }),
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': userAgent,
    },
    body: new TextEncoder().encode(formOf(client, isInBody).toString()),
    ...about,
    responseCharacters: limits.tokenResponseCharactersMax,
  };
}

function formOf(client: OAuthClient, isInBody: boolean): URLSearchParams {
  const { client_id: id, client_secret: secret, scope, audience = null } = client;
  return new URLSearchParams({
    grant_type: 'client_credentials',
    ...(scope !== null && { scope }),
    ...(audience !== null && { audience }),
    ...(isInBody && { client_id: id, client_secret: secret }),
  });
}

/** 2.3.1: both are form-encoded before use as user name and password. */
function basicOf(client: OAuthClient): string {
  const credentials = [client.client_id, client.client_secret].map(formEncoded).join(':');
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

export function readToken(result: SendResult, now: number): AccessToken | NoToken {
  if (result.kind === 'error') return { error: `No token received: ${result.detail}` };
  if (result.statusCode < 200 || result.statusCode > 299) {
    return { error: `The token endpoint answered ${result.statusCode}` };
  }
  const members = membersOf(result.body);
  // 5.1 requires a type. Shopify and others omit it and mean this one.
  const { access_token: text, token_type: type = 'bearer', expires_in: seconds } = members;
  const isBearer = typeof type === 'string' && type.toLowerCase() === 'bearer';
  if (!isBearer || typeof text !== 'string' || !/^[!-~]+$/.test(text)) {
    return { error: 'The token endpoint sent no bearer token' };
  }
  return { text, expiresAt: now + lifetimeMs(Number(seconds)) };
}

/** A token must not expire in transit. */
function lifetimeMs(seconds: number): number {
  // 5.1: "expires_in" is recommended, so it may be absent.
  const promisedMs = seconds > 0 ? seconds * 1_000 : limits.tokenLifetimeMsDefault;
  const marginMs = Math.min(limits.tokenExpiryMarginMs, promisedMs / 2);
  return Math.min(promisedMs, limits.tokenLifetimeMsMax) - marginMs;
}

function membersOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ text }).toString().slice('text='.length);
}

// A token for an OAuth client, cached while valid. The guarded sender fetches it: the token
// endpoint is a URL that a stranger chose, like the target itself.
import { limits } from '../../contract/limits/limits.ts';
import { readToken, tokenRequest } from '../../core/endpoints/access-token.ts';
import type { AccessToken, NoToken } from '../../core/endpoints/access-token.ts';
import type { OAuthClient } from '../../core/endpoints/endpoint-auth.ts';
import type { SendRequest } from '../../core/deliveries/send-result.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'clock' | 'sender' | 'tokenMemo' | 'tokenFetches'>;

type About = Pick<SendRequest, 'owner' | 'timeoutMs'>;

export type FoundToken = AccessToken & {
  /** Cached before this attempt: it may have been revoked since. */
  isRemembered: boolean;
};

export async function accessTokenFor(
  context: Needs,
  client: OAuthClient,
  about: About,
): Promise<FoundToken | NoToken> {
  const known = context.tokenMemo.known(keyOf(client), context.clock);
  if (known !== undefined && known.expiresAt > context.clock.now()) {
    return { ...known, isRemembered: true };
  }
  const token = await sharedFetch(context, client, about);
  return 'error' in token ? token : { ...token, isRemembered: false };
}

/** For a token that the endpoint refused. One fetched concurrently stays. */
export function forgetAccessToken(context: Needs, client: OAuthClient, text: string): void {
  const { tokenMemo, clock } = context;
  if (tokenMemo.known(keyOf(client), clock)?.text === text) tokenMemo.forget(keyOf(client));
}

/**
 * A caller that joins a fetch began later and has at least as much time, so the fetch ends within
 * its own limit. That requires rounding what is left of a limit down to one of a few values.
 */
async function sharedFetch(
  context: Needs,
  client: OAuthClient,
  { owner, timeoutMs }: About,
): Promise<AccessToken | NoToken> {
  const { tokenFetches } = context;
  const limitMs = timeoutMs - (timeoutMs % limits.tokenFetchStepMs);
  if (limitMs <= 0) return { error: 'No time left to fetch a token' };
  const key = `${keyOf(client)} ${limitMs}`;
  const underWay = tokenFetches.get(key);
  if (underWay !== undefined) return underWay;
  const fetching = fetchToken(context, client, { owner, timeoutMs: limitMs });
  tokenFetches.set(key, fetching);
  try {
    return await fetching;
  } finally {
    tokenFetches.delete(key);
  }
}

async function fetchToken(
  { sender, clock, tokenMemo }: Needs,
  client: OAuthClient,
  about: About,
): Promise<AccessToken | NoToken> {
  const token = readToken(await sender.send(tokenRequest(client, about)), clock.now());
  if ('text' in token) tokenMemo.set(keyOf(client), clock, token);
  return token;
}

function keyOf(client: OAuthClient): string {
  return JSON.stringify([
    client.token_url,
    client.client_id,
    client.client_secret,
    client.scope,
    client.audience,
    client.token_auth,
  ]);
}

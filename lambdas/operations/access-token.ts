// A token for an OAuth client, remembered while it is valid. It is fetched by the guarded sender: the token endpoint is
// a URL that a stranger chose, like the target itself.
import { readToken, tokenRequest } from '../core/access-token.ts';
import type { AccessToken, NoToken } from '../core/access-token.ts';
import type { OAuthClient } from '../core/endpoint-auth.ts';
import type { SendRequest } from '../core/send-result.ts';
import type { Context } from './context.ts';

type Needs = Pick<Context, 'clock' | 'sender' | 'tokenMemo'>;

export async function accessTokenFor(
  context: Needs,
  client: OAuthClient,
  about: Pick<SendRequest, 'owner' | 'timeoutMs'>,
): Promise<AccessToken | NoToken> {
  const key = keyOf(client, about.timeoutMs);
  const load = async () => {
    const result = await context.sender.send(tokenRequest(client, about));
    return readToken(result, context.clock.now());
  };
  const recall = () => context.tokenMemo.get(key, context.clock, load);
  const known = await recall();
  if ('text' in known && known.expiresAt > context.clock.now()) return known;
  context.tokenMemo.forget(key);
  return 'text' in known ? recall() : known;
}

/** For a token that the endpoint refused: the next attempt asks for another. */
export function forgetAccessToken(context: Needs, client: OAuthClient, timeoutMs: number): void {
  context.tokenMemo.forget(keyOf(client, timeoutMs));
}

/** With the time limit: whoever shares a fetch began later than it, so it ends within their own limit. */
function keyOf(client: OAuthClient, timeoutMs: number): string {
  return JSON.stringify([
    client.token_url,
    client.client_id,
    client.client_secret,
    client.scope,
    timeoutMs,
  ]);
}

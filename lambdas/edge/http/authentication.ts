// Identifies the caller by API key, and checks that it may use the route.
import { limits } from '../../contract/limits/limits.ts';
import type { Access } from '../../contract/http/routes.ts';
import type { ApiKey } from '../../core/access/api-key.ts';
import { allows, apiKeyIdOf, matchesApiKey } from '../../core/access/api-key.ts';
import { digestOf } from '../../core/shared/digest.ts';
import { rememberLatest } from '../../core/shared/remember-latest.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Caller } from '../../operations/access/caller.ts';
import { hearClaim, wasRight, wasWrong } from '../../operations/access/hear-claim.ts';
import { defaultTenant } from '../../core/access/tenant.ts';
import type { Context } from '../../operations/context.ts';
import type { HttpRequest } from './http-event.ts';

const everyone: Caller = { tenant: defaultTenant, scopes: ['admin'], keyId: null };

/** Null without an API key. Rejects if the key is not valid. */
export async function identify(
  context: Context,
  { headers, sourceAddress: address }: Pick<HttpRequest, 'headers' | 'sourceAddress'>,
): Promise<Caller | null> {
  if (context.rules.apiAuth === 'off') return everyone;
  const text = apiKeyTextOf(headers);
  if (text === null) return null;
  const id = apiKeyIdOf(text);
  const claim = { address, about: `key ${id ?? ''}`, proof: `key ${digestOf(text)}` };
  hearClaim(context, claim);
  const key = id === null ? undefined : await recallApiKey(context, id);
  if (key === undefined || !matchesApiKey(key, text)) {
    wasWrong(context, claim);
    throw new ServiceError('unauthenticated', 'The API key is not valid');
  }
  wasRight(context, claim);
  return { tenant: key.tenant, scopes: key.scopes, keyId: key.id };
}

/**
 * Throws unless the caller may use a route with this access. Null stands for a path or method
 * without a route: only callers with a key learn that.
 */
export function authorize(caller: Caller | null, access: Access | null): void {
  if (access === 'open') return;
  if (caller === null) {
    // Ingest then verifies the subscription's signature.
    if (access === 'publish-or-signature') return;
    throw new ServiceError('unauthenticated', 'Send an API key as Authorization: Bearer whk_…');
  }
  if (access === null || access === 'any-key') return;
  const scope = access === 'publish-or-signature' ? 'publish' : access;
  if (!allows(caller.scopes, scope)) {
    throw new ServiceError('forbidden', `The API key lacks the scope ${scope}`);
  }
}

function apiKeyTextOf(headers: HttpRequest['headers']): string | null {
  const bearer = /^Bearer +(whk_\S*)$/i.exec(headers['authorization'] ?? '');
  return bearer?.[1] ?? headers['x-api-key'] ?? null;
}

/** The key, at most one memo lifetime old: that is how soon a revoked key is refused everywhere. */
async function recallApiKey(context: Context, id: string): Promise<ApiKey | undefined> {
  const now = context.clock.steady();
  const absentSince = context.absentKeys.get(id) ?? -Infinity;
  if (now - absentSince < limits.keyMemoTtlMs) return undefined;
  const found = await context.apiKeyMemo.get(id, context.clock, () => context.apiKeys.get(id));
  if (found === undefined) {
    context.apiKeyMemo.forget(id);
    rememberLatest(context.absentKeys, id, { value: now, most: limits.keyMemoEntriesMax });
  }
  return found;
}

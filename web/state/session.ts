// Who is signed in and what they may do. If the API requires no key, everyone is.
import { computed, signal } from '@preact/signals';
import type { Answer } from '../api/calls.ts';
import { call, whenUnauthenticated } from '../api/client.ts';
import { credentials } from '../api/credentials.ts';
import type { Scope } from '../api/resources.ts';
import { forgetAll } from './live.ts';

export type Session =
  | { state: 'starting' }
  | { state: 'signed-out'; why: string | null }
  | { state: 'unreachable'; error: unknown }
  | { state: 'ready'; who: Answer<'whoAmI'> };

export const session = signal<Session>({ state: 'starting' });

/** Whether the API requires keys at all. */
export const usesKeys = computed(
  () => session.value.state === 'ready' && session.value.who.auth === 'on',
);

/** Anything the key does not allow is not offered. */
export function may(scope: Scope): boolean {
  if (session.value.state !== 'ready') return false;
  const { scopes } = session.value.who;
  return scopes.includes('admin') || scopes.includes(scope);
}

const againMs = 3_000;
let again: ReturnType<typeof setTimeout> | undefined;

export async function startSession(): Promise<void> {
  session.value = { state: 'starting' };
  await askWhoIAm();
}

async function askWhoIAm(): Promise<void> {
  clearTimeout(again);
  try {
    session.value = { state: 'ready', who: await call('whoAmI') };
  } catch (error) {
    // A 401 has already changed the state.
    if (session.peek().state === 'signed-out') return;
    session.value = { state: 'unreachable', error };
    clearTimeout(again);
    again = setTimeout(() => void askWhoIAm(), againMs);
  }
}

export async function signIn(key: string): Promise<void> {
  credentials.keep(key);
  session.value = { state: 'ready', who: await call('whoAmI') };
}

export function signOut(): void {
  credentials.forget();
  forgetAll();
  session.value = { state: 'signed-out', why: null };
}

whenUnauthenticated(() => {
  // Concurrent calls all fail: the first one says why.
  if (session.peek().state === 'signed-out' && !credentials.areKept()) return;
  const why = credentials.areKept() ? 'The API key is not valid, or was revoked.' : null;
  credentials.forget();
  forgetAll();
  session.value = { state: 'signed-out', why };
});

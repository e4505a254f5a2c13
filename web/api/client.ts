// API calls: typed by the contract, with a 15-second timeout; a 401 asks for a key.
import type { Answer, CallId, CallInput } from './calls.ts';
import { lines } from './calls.ts';
import { credentials } from './credentials.ts';
import { failureOf, failureOfFetch } from './failure.ts';
import { pathOf } from './url.ts';

const timeoutMs = 15_000;

/** Set by the session, which this module does not know about. */
let onUnauthenticated: () => void = () => {};

export function whenUnauthenticated(act: () => void): void {
  onUnauthenticated = act;
}

export async function call<Id extends CallId>(
  id: Id,
  input: CallInput<Id> = {},
): Promise<Answer<Id>> {
  const { method, path } = pathOf(lines[id], {
    ...(input.id !== undefined && { id: input.id }),
    query: (input.query ?? {}) as Record<string, unknown>,
  });
  const { status, body } = await send(path, {
    method,
    ...(input.body !== undefined && {
      body: JSON.stringify(input.body),
      headers: { 'content-type': 'application/json' },
    }),
    ...(input.signal && { signal: input.signal }),
  });
  if (status === 401) onUnauthenticated();
  if (status >= 400) throw failureOf(status, body);
  return body as Answer<Id>;
}

export type Exchange = {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined if the text is not JSON. */
  body: unknown;
};

type Outgoing = {
  method: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
};

/** A request to this origin, with the credentials. `path` is relative to the page's base. */
export async function send(path: string, outgoing: Outgoing): Promise<Exchange> {
  const { method, headers = {}, body, signal } = outgoing;
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(new URL(path, document.baseURI), {
      method,
      headers: { ...headers, ...credentials.headers() },
      ...(body !== undefined && { body }),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      cache: 'no-store',
      credentials: 'same-origin',
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  } catch (error) {
    throw failureOfFetch(error);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

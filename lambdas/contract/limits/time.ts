// Times as the API and the events write them. It reads no clock: the time comes in.

/** RFC 3339, in UTC, of epoch ms. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString();
}

export function rfc3339OrNull(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

/** NaN for what is no time. */
export function epochMsOf(text: string): number {
  return Date.parse(text);
}

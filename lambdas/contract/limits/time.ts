// Formats times for the API and events. It reads no clock: the time comes in.

/** RFC 3339 in UTC, from epoch ms. */
export function rfc3339(at: number): string {
  return new Date(at).toISOString();
}

export function rfc3339OrNull(at: number | null): string | null {
  return at === null ? null : rfc3339(at);
}

/** NaN if invalid. */
export function epochMsOf(text: string): number {
  return Date.parse(text);
}

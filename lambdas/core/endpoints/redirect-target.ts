// Where a redirect leads, for a person to read and to set as the target URL. It is never followed.
import { limits } from '../../contract/limits/limits.ts';

/**
 * An absolute http or https URL, resolved against the requested one; null for anything else. Parts
 * that may be secret (user info, query, fragment) are removed. A serialized URL is ASCII without
 * control characters.
 */
export function redirectTarget(location: string | undefined, askedUrl: string): string | null {
  if (location === undefined) return null;
  // Node reads headers as Latin-1; anything beyond ASCII is UTF-8 in practice.
  const text = Buffer.from(location, 'latin1').toString();
  if (!URL.canParse(text, askedUrl)) return null;
  const url = new URL(text, askedUrl);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  const shown = `${url.origin}${url.pathname}`;
  const max = limits.redirectCharactersMax;
  return shown.length <= max ? shown : `${shown.slice(0, max - 1)}…`;
}

// Host names that an operator may allow besides those of the public DNS: `receiver`, or every name
// below `.corp`.
import { limits } from '../limits/limits.ts';

// RFC 1035, 2.3.4: a name has at most 253 characters as text, a label 63. Underscores occur in practice.
const label = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;

/** In lower case and without the trailing dot, as the URL parser returns and DNS expects it. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part));
}

/** RFC 6761, 6.3: such names mean this machine; only a CIDR allows its addresses. */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** A complaint about the first invalid name, or about their number; null if all are fine. */
export function complaintAboutHosts(texts: readonly string[]): string | null {
  const bad = texts.find((text) => !isNameOrSuffix(text));
  if (bad !== undefined) {
    const quoted = JSON.stringify(bad.slice(0, limits.quotedCharactersMax));
    return `must be comma-separated host names such as receiver, or suffixes such as .corp, and ${quoted} is neither`;
  }
  const max = limits.targetAllowHostsMax;
  return texts.length <= max ? null : `must hold at most ${max} names`;
}

function isNameOrSuffix(text: string): boolean {
  const name = text.startsWith('.') ? `any${text}` : text;
  // The parser treats a name ending in a number as an IPv4 address, or as invalid.
  const url = `http://${name}/`;
  const isRead = isHostName(name) && URL.canParse(url) && new URL(url).hostname === name;
  return isRead && !isLocalhost(name) && !isAddress(name);
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name);
}

/** `.corp` covers every name below it, but not `corp` itself. */
export function isAmongHosts(host: string, hosts: readonly string[]): boolean {
  return hosts.some((allowed) =>
    allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed,
  );
}

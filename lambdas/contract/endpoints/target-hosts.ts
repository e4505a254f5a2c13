// The names of hosts that an operator may allow besides those of the public DNS: `receiver`, or every name below `.corp`.
import { limits } from '../limits/limits.ts';

// RFC 1035, 2.3.4: a name has at most 253 characters as text, a label 63. Underscores occur in practice.
const label = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;

/** In lower case and without the last dot, as the URL parser gives it and DNS takes it. */
export function isHostName(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part));
}

/** RFC 6761, 6.3: such names mean this machine, and nothing but a CIDR allows its addresses. */
export function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** A complaint about the first that is none, or about their number; null where all will do. */
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
  // The parser takes what ends in a number for an IPv4 address, or for nothing.
  const url = `http://${name}/`;
  const isRead = isHostName(name) && URL.canParse(url) && new URL(url).hostname === name;
  return isRead && !isLocalhost(name) && !isAddress(name);
}

function isAddress(name: string): boolean {
  return /^[\d.]+$/.test(name);
}

/** `.corp` has every name below it, and not `corp` itself. */
export function isAmongHosts(host: string, hosts: readonly string[]): boolean {
  return hosts.some((allowed) =>
    allowed.startsWith('.') ? host.endsWith(allowed) : host === allowed,
  );
}

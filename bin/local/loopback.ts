// Which names and addresses mean this machine, and which requests a browser may have been tricked
// into.
import type { IncomingMessage } from 'node:http';
import { BlockList } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  return loopback.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
}

export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host);
}

/** A name or address with a port, without anything a lenient parser would skip. */
const hostPattern = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9.-]+))(?::\d{1,5})?$/i;

/**
 * Without API keys anyone who reaches the server may use it, and any web page in this machine's
 * browser can reach it. DNS rebinding to 127.0.0.1 shows in the Host header; a cross-site page
 * shows in the Origin or Sec-Fetch-Site header. Following a link is harmless.
 */
export function isFromElsewhere(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  const [, ipv6, name] = hostPattern.exec(host) ?? [];
  if (!isLoopbackHost((ipv6 ?? name ?? '').toLowerCase())) return true;
  if (origin !== undefined) return origin !== `http://${host}`;
  const isFollowed = request.headers['sec-fetch-mode'] === 'navigate';
  return isFromAnotherSite(request) && !isFollowed;
}

export function isFromAnotherSite({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'] ?? 'none';
  return site !== 'same-origin' && site !== 'none';
}

// Which names and addresses mean this machine, and which requests a browser may have been tricked into sending.
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

/**
 * Without API keys anyone who reaches the server may use it, and a web page in this machine's browser reaches it. A page
 * whose name was rebound to 127.0.0.1 shows in the Host header; a page elsewhere shows in the Origin header.
 */
export function isFromElsewhere(request: IncomingMessage): boolean {
  const { host = '', origin } = request.headers;
  if (!isLoopbackHost(hostnameOf(`http://${host}`))) return true;
  return origin !== undefined && origin !== `http://${host}`;
}

function hostnameOf(url: string): string {
  const hostname = URL.parse(url)?.hostname ?? '';
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

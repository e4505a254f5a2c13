// What a request is for (RFC 9112, 3.2): a path with its query, or the whole URL of one, as proxies are asked.
import type { IncomingMessage } from 'node:http';

/** Path and query; null for a request that names no host, two of them, or another one in its URL. */
export function requestTargetOf(request: IncomingMessage): string | null {
  const { url = '', headersDistinct, httpVersion } = request;
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== '1.0')) return null;
  if (!/^https?:\/\//i.test(url)) return url;
  const whole = URL.parse(url);
  if (whole === null || whole.host !== hosts[0]?.toLowerCase()) return null;
  return whole.pathname + whole.search;
}

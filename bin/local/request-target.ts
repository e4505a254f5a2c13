// A request's target (RFC 9112, 3.2): a path with its query, or an absolute URL, as sent to
// proxies.
import type { IncomingMessage } from 'node:http';

/** Path and query; null if the request names no host, two, or a different one in its URL. */
export function requestTargetOf(request: IncomingMessage): string | null {
  const { url = '', headersDistinct, httpVersion } = request;
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1 || (hosts.length === 0 && httpVersion !== '1.0')) return null;
  if (!/^https?:\/\//i.test(url)) return url;
  const whole = URL.parse(url);
  if (whole === null || whole.host !== hosts[0]?.toLowerCase()) return null;
  return whole.pathname + whole.search;
}

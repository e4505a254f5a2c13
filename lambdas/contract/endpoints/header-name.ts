// Which headers a subscription may add to its requests. Headers that decide how a request is
// framed, routed, trusted or verified are refused; so are those that a cloud's metadata service
// requires, since the requests come from inside a cloud.
import { limits } from '../limits/limits.ts';

const refusedNames = new Set([
  // How the request is framed and where it hops (RFC 9110, RFC 9112)
  'accept-encoding',
  'connection',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  // Who asks, and for what
  'cookie',
  'set-cookie',
  'true-client-ip',
  'x-client-ip',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-real-ip',
  'x-rewrite-url',
  // Metadata services of Azure and Google
  'metadata',
  'metadata-flavor',
  // The service's own
  'x-event-type',
  'x-hub-signature',
  'x-hub-signature-256',
]);

const refusedStarts = [
  'cf-',
  'content-',
  'proxy-',
  'svix-',
  'webhook-',
  'x-amz',
  'x-aws-',
  'x-forwarded-',
  'x-google-',
  'x-original-',
  'x-webhook-',
];

/**
 * Cloudflare sets all other `cf-` headers itself, but expects these from clients: its service
 * tokens.
 */
const allowedStart = 'cf-access-client-';

/** A token (RFC 9110, 5.6.2) that starts with a letter or digit. */
export const headerNamePattern = /^[A-Za-z0-9][A-Za-z0-9!#$%&'*+.^_`|~-]*$/;
/** Printable ASCII, with spaces and tabs inside only: nothing that could end the line. */
export const headerValuePattern = /^[!-~]([\t -~]*[!-~])?$/;

export function headerNameComplaint(name: string): string | null {
  if (name.length > limits.customHeaderNameLengthMax) {
    return `must have a name of at most ${limits.customHeaderNameLengthMax} characters`;
  }
  if (!headerNamePattern.test(name)) return 'must have a valid HTTP header name';
  return isRefused(name.toLowerCase()) ? 'must not be set by a subscription' : null;
}

function isRefused(key: string): boolean {
  if (refusedNames.has(key)) return true;
  return !key.startsWith(allowedStart) && refusedStarts.some((start) => key.startsWith(start));
}

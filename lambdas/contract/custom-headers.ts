// The headers that a subscription adds to its requests. What decides how a request is framed, routed, trusted or
// verified is refused; so is what a cloud's metadata service asks for, since the requests come from inside a cloud.
import * as z from 'zod';
import { limits } from './limits.ts';
import { secretMask } from './secret-mask.ts';

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
  'user-agent',
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

/** A token (RFC 9110, 5.6.2) that starts with a letter or digit. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9!#$%&'*+.^_`|~-]*$/;
/** Printable ASCII, with spaces and tabs inside only: nothing that could end the line. */
const valuePattern = /^[!-~]([\t -~]*[!-~])?$/;

export const customHeaders = z
  .record(z.string(), z.string())
  .superRefine((headers, context) => {
    const names = Object.keys(headers);
    if (names.length > limits.customHeadersMax) {
      context.addIssue(`must have at most ${limits.customHeadersMax} entries`);
      return;
    }
    const seen = new Set<string>();
    for (const [name, value] of Object.entries(headers)) {
      const message = nameComplaint(name, seen) ?? valueComplaint(value);
      if (message !== null) context.addIssue({ code: 'custom', path: [name], message });
      seen.add(name.toLowerCase());
    }
  })
  .meta({
    shownAs: {
      maxProperties: limits.customHeadersMax,
      propertyNames: { pattern: namePattern.source, maxLength: limits.customHeaderNameLengthMax },
      additionalProperties: {
        type: 'string',
        maxLength: limits.customHeaderValueLengthMax,
        pattern: `${valuePattern.source}|^${secretMask}$`,
      },
    },
    description:
      `Added to every request. Values are written, never read back: \`${secretMask}\` in an update ` +
      'leaves a value as it is. Names of hop-by-hop, forwarding, content and signature headers are refused.',
  });

function nameComplaint(name: string, seen: ReadonlySet<string>): string | null {
  const key = name.toLowerCase();
  if (name.length > limits.customHeaderNameLengthMax) {
    return `must have a name of at most ${limits.customHeaderNameLengthMax} characters`;
  }
  if (!namePattern.test(name)) return 'must have a name that HTTP allows';
  if (key === 'authorization') return 'must not be set here: use auth';
  if (refusedNames.has(key) || refusedStarts.some((start) => key.startsWith(start))) {
    return 'must not be set by a subscription';
  }
  return seen.has(key) ? 'must not be given twice' : null;
}

function valueComplaint(value: string): string | null {
  if (value === secretMask || valuePattern.test(value)) {
    return value.length > limits.customHeaderValueLengthMax
      ? `must have at most ${limits.customHeaderValueLengthMax} characters`
      : null;
  }
  return 'must be printable ASCII characters, without spaces around';
}

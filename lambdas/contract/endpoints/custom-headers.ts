// The headers that a subscription adds to its requests, except credentials.
import * as z from 'zod';
import { headerNameComplaint, headerNamePattern, headerValuePattern } from './header-name.ts';
import { limits } from '../limits/limits.ts';
import { secretMask } from '../signing/secret-mask.ts';

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
      propertyNames: {
        pattern: headerNamePattern.source,
        maxLength: limits.customHeaderNameLengthMax,
      },
      additionalProperties: {
        type: 'string',
        maxLength: limits.customHeaderValueLengthMax,
        pattern: `${headerValuePattern.source}|^${secretMask}$`,
      },
    },
    description:
      `Added to every request. Values are write-only: \`${secretMask}\` in an update ` +
      'keeps the stored value. Names of hop-by-hop, forwarding, content and signature headers are refused. ' +
      '`Accept` and `User-Agent` override those of the service.',
  });

function nameComplaint(name: string, seen: ReadonlySet<string>): string | null {
  const key = name.toLowerCase();
  if (key === 'authorization') return 'must not be set here: use auth';
  return headerNameComplaint(name) ?? (seen.has(key) ? 'must not be given twice' : null);
}

function valueComplaint(value: string): string | null {
  if (value === secretMask || headerValuePattern.test(value)) {
    return value.length > limits.customHeaderValueLengthMax
      ? `must have at most ${limits.customHeaderValueLengthMax} characters`
      : null;
  }
  return 'must be printable ASCII characters, without surrounding spaces';
}

// A request's headers on the wire: the caller's, and those that only the sender may set.
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { SendRequest } from '../../core/deliveries/send-result.ts';
import { SendFailure } from './send-failure.ts';

// Whoever sets these decides how the message is framed, routed or answered.
const sendersOwn = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Throws a `SendFailure` before connecting. Its message never contains a header value. */
export function wireHeaders(request: SendRequest): Record<string, string | number> {
  for (const [name, value] of Object.entries(request.headers)) check(name, value);
  return {
    host: new URL(request.url).host,
    ...request.headers,
    // Only a little of the response is stored, as text: compression would be pointless.
    'accept-encoding': 'identity',
    'content-length': request.body.byteLength,
  };
}

function check(name: string, value: string): void {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
  } catch (cause) {
    throw new SendFailure('send_failed', { detail: 'A header is not valid in HTTP', cause });
  }
  if (sendersOwn.has(name.toLowerCase())) {
    throw new SendFailure('send_failed', { detail: `Only the sender sets the header ${name}` });
  }
}

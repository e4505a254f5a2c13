// What the sender reports, ready made.
import type { SendErrorCode, SendResult } from '../../lambdas/core/deliveries/send-result.ts';

const noTimings = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };

type Response = SendResult & { kind: 'response' };

export function aResponse(about: Partial<Omit<Response, 'kind'>> = {}): Response {
  return {
    kind: 'response',
    statusCode: 200,
    headers: {},
    retryAfterAt: null,
    redirectsTo: null,
    malformed: null,
    body: '',
    truncated: false,
    durationMs: 12,
    timings: noTimings,
    ...about,
  };
}

export function anError(code: SendErrorCode): SendResult & { kind: 'error' } {
  return { kind: 'error', code, detail: `It was ${code}`, durationMs: 12, timings: noTimings };
}

// The closed list of problem codes, with HTTP status and title (RFC 9457).

export const problems = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  'malformed-json': { status: 400, title: 'The body is not valid JSON' },
  'payload-missing': { status: 400, title: 'The event has no payload' },
  'invalid-cursor': { status: 400, title: 'The cursor was not returned by this API' },
  unauthenticated: { status: 401, title: 'No valid credentials' },
  'signature-missing': { status: 401, title: 'The signature header is missing' },
  'signature-invalid': { status: 401, title: 'The signature does not match the body' },
  'signature-expired': { status: 401, title: 'The signature is too old, or from the future' },
  forbidden: { status: 403, title: 'The API key lacks the required scope' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'The current state does not allow this, or has changed' },
  'idempotency-key-reused': {
    status: 409,
    title: 'The Idempotency-Key was used with a different request',
  },
  'request-timeout': { status: 408, title: 'The request took too long' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'expectation-failed': { status: 417, title: 'The expectation is not supported' },
  'loop-detected': { status: 422, title: 'The event has looped too often' },
  'unsafe-target-url': { status: 422, title: 'The target URL is not allowed' },
  'limit-exceeded': { status: 422, title: 'A limit of the service is reached' },
  'backlog-full': { status: 429, title: 'Too many events are waiting for the subscription' },
  'too-many-failures': { status: 429, title: 'Too many wrong credentials' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  internal: { status: 500, title: 'The service failed' },
  unavailable: { status: 503, title: 'The service is not ready' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problems;

/** One bad field: a JSON pointer (RFC 6901) into the body, or `query/<name>` or `header/<name>`. */
export type FieldError = { pointer: string; detail: string };

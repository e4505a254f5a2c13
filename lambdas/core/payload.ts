// The payload of an event: any JSON, in UTF-8. It is only checked: the bytes themselves are stored, signed and sent.
import { createHash } from 'node:crypto';
import { limits } from '../contract/limits.ts';
import { ServiceError } from './service-error.ts';

export type Payload = { contentType: string | null; body: Uint8Array };

/** The content type to send it with. Throws a `ServiceError` for a payload that is not acceptable. */
export function checkPayload(payload: Payload, bytesMax: number): string {
  const { body } = payload;
  if (body.byteLength > bytesMax) {
    throw new ServiceError('payload-too-large', `The payload is larger than ${bytesMax} bytes`);
  }
  if (body.byteLength === 0) throw new ServiceError('payload-missing', 'No payload provided');
  const contentType = payload.contentType ?? 'application/json';
  if (!isJsonType(contentType)) {
    throw new ServiceError(
      'unsupported-media-type',
      'The payload must be JSON: send it with Content-Type: application/json',
    );
  }
  if (contentType.length > limits.contentTypeLengthMax) {
    const detail = `is longer than ${limits.contentTypeLengthMax} characters`;
    throw new ServiceError('invalid-request', `The Content-Type header ${detail}`, [
      { pointer: 'header/content-type', detail },
    ]);
  }
  checkJson(body);
  return contentType;
}

/** `application/json` and every `application/…+json`, with or without parameters. */
export function isJsonType(contentType: string): boolean {
  return /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(contentType);
}

function checkJson(body: Uint8Array): void {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new ServiceError('malformed-json', 'The payload is not valid JSON in UTF-8');
  }
}

/** Tells whether two requests with one Idempotency-Key ask for the same thing. */
export function fingerprintOf(event: Payload & { eventType: string | null }): string {
  return createHash('sha256')
    .update(JSON.stringify([event.eventType, event.contentType]))
    .update(event.body)
    .digest('hex');
}

// The payload of an event: bytes of any type. Declared JSON is only checked for validity: the bytes
// themselves are stored, signed and sent.
import { createHash } from 'node:crypto';
import { isIdentity, isJsonType, unknownType } from './media-type.ts';
import { invalidField, ServiceError } from '../shared/service-error.ts';

/** As declared by its sender; null if not declared. */
export type Payload = {
  contentType: string | null;
  contentEncoding: string | null;
  body: Uint8Array;
};

/** What the bytes are, as declared to the endpoint. */
export type Content = { contentType: string; contentEncoding: string | null };

/** How to declare it when sending. Throws a `ServiceError` for an unacceptable payload. */
export function checkPayload(payload: Payload, bytesMax: number): Content {
  const { body } = payload;
  if (body.byteLength > bytesMax) {
    throw new ServiceError('payload-too-large', `The payload is larger than ${bytesMax} bytes`);
  }
  if (body.byteLength === 0) throw new ServiceError('payload-missing', 'No payload provided');
  const { contentType, contentEncoding } = payload;
  const content = { contentType: contentType ?? unknownType, contentEncoding };
  if (isJson(content)) checkJson(body);
  return content;
}

/** Whether the bytes as they are claim to be JSON. */
export function isJson({ contentType, contentEncoding }: Content): boolean {
  return isJsonType(contentType) && isIdentity(contentEncoding);
}

/**
 * Null if the bytes are not UTF-8. Otherwise the text has every byte, including a byte order mark.
 */
export function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** The bytes that a caller gave as text. Throws a `ServiceError` if the encoding is invalid. */
export function bytesOf(text: string, encoding: 'utf-8' | 'base64'): Uint8Array {
  const body = Buffer.from(text, encoding);
  if (encoding === 'base64' && body.toString('base64') !== text) {
    throw invalidField('/payload_raw', 'must be base64');
  }
  return body;
}

function checkJson(body: Uint8Array): void {
  try {
    JSON.parse(textOf(body) ?? '');
  } catch {
    throw new ServiceError('malformed-json', 'The payload is not valid JSON in UTF-8');
  }
}

/** Tells whether two requests with the same Idempotency-Key are the same request. */
export function fingerprintOf(event: Payload & { eventType: string | null }): string {
  const { eventType, contentType, contentEncoding, body } = event;
  // Without an encoding it equals what older versions computed: keys outlive a deployment.
  const encodings = contentEncoding === null ? [] : [contentEncoding];
  return createHash('sha256')
    .update(JSON.stringify([eventType, contentType, ...encodings]))
    .update(body)
    .digest('hex');
}

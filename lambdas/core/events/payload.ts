// The payload of an event: bytes of any type. What says that it is JSON is only checked to be so: the bytes themselves are
// stored, signed and sent.
import { createHash } from 'node:crypto';
import { isIdentity, isJsonType, unknownType } from './media-type.ts';
import { invalidField, ServiceError } from '../shared/service-error.ts';

/** As its sender described it; null where the sender did not. */
export type Payload = {
  contentType: string | null;
  contentEncoding: string | null;
  body: Uint8Array;
};

/** What the bytes are, as they are described to the endpoint. */
export type Content = { contentType: string; contentEncoding: string | null };

/** What to send it as. Throws a `ServiceError` for a payload that is not acceptable. */
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

/** Whether the bytes, as they stand, say that they are JSON. */
export function isJson({ contentType, contentEncoding }: Content): boolean {
  return isJsonType(contentType) && isIdentity(contentEncoding);
}

/** Null where the bytes are not UTF-8. Otherwise the text has every byte, a byte order mark too. */
export function textOf(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    return null;
  }
}

/** The bytes that a caller gave as text. Throws a `ServiceError` where they are not in that encoding. */
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

/** Tells whether two requests with one Idempotency-Key ask for the same thing. */
export function fingerprintOf(event: Payload & { eventType: string | null }): string {
  const { eventType, contentType, contentEncoding, body } = event;
  // Without an encoding it is what it was before there were any: keys are remembered over a deployment.
  const encodings = contentEncoding === null ? [] : [contentEncoding];
  return createHash('sha256')
    .update(JSON.stringify([eventType, contentType, ...encodings]))
    .update(body)
    .digest('hex');
}

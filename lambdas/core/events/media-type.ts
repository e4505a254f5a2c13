// Interprets a body's Content-Type and Content-Encoding: whether its bytes claim to be JSON.

/** For a body without a declared type (RFC 9110, 8.3). */
export const unknownType = 'application/octet-stream';

const json = /^(?:(?:application|text)\/json|[^\s/;]+\/[^\s/;]+\+json)[\t ]*(?:;|$)/i;
const identity = /^identity(?:[\t ]*,[\t ]*identity)*$/i;

/** `application/json`, `text/json` and every `…/…+json`, with or without parameters. */
export function isJsonType(contentType: string): boolean {
  return json.test(contentType);
}

/** Whether the bytes are the content itself, not encoded (with gzip, say). */
export function isIdentity(contentEncoding: string | null): boolean {
  return contentEncoding === null || identity.test(contentEncoding);
}

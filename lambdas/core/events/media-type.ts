// What a body's Content-Type and Content-Encoding mean to us: whether its bytes say that they are JSON.

/** Of a body whose sender did not say (RFC 9110, 8.3). */
export const unknownType = 'application/octet-stream';

const json = /^(?:(?:application|text)\/json|[^\s/;]+\/[^\s/;]+\+json)[\t ]*(?:;|$)/i;
const identity = /^identity(?:[\t ]*,[\t ]*identity)*$/i;

/** `application/json`, `text/json` and every `…/…+json`, with or without parameters. */
export function isJsonType(contentType: string): boolean {
  return json.test(contentType);
}

/** Whether the bytes are the content itself, and not what a coding such as gzip made of it. */
export function isIdentity(contentEncoding: string | null): boolean {
  return contentEncoding === null || identity.test(contentEncoding);
}

// What Content-Type and Content-Encoding say of a body (RFC 9110, 8.3 and 8.4). Both are sent on as they came, so neither
// may hold anything that HTTP does not allow there.
import { limits } from '../contract/limits.ts';

/** Of a body whose sender did not say (RFC 9110, 8.3). */
export const unknownType = 'application/octet-stream';

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Senders leave boundaries and addresses without the quotes that they need: everything but separators passes. */
const unquoted = '[!#-+.-:<-\\[\\]-~-]+';
const quoted = '"(?:[\\t !#-\\[\\]-~]|\\\\[\\t -~])*"';
const parameter = `${token}=(?:${quoted}|${unquoted})`;
const mediaType = new RegExp(`^${token}/${token}(?:[\\t ]*;(?:[\\t ]*${parameter})?)*[\\t ]*$`);
const codings = new RegExp(`^${token}(?:[\\t ]*,[\\t ]*${token})*$`);
const json = /^(?:(?:application|text)\/json|[^\s/;]+\/[^\s/;]+\+json)[\t ]*(?:;|$)/i;
const identity = /^identity(?:[\t ]*,[\t ]*identity)*$/i;

export function isMediaType(text: string): boolean {
  return text.length <= limits.contentTypeLengthMax && mediaType.test(text);
}

export function isContentEncoding(text: string): boolean {
  return text.length <= limits.contentEncodingLengthMax && codings.test(text);
}

/** `application/json`, `text/json` and every `…/…+json`, with or without parameters. */
export function isJsonType(contentType: string): boolean {
  return json.test(contentType);
}

/** Whether the bytes are the content itself, and not what a coding such as gzip made of it. */
export function isIdentity(contentEncoding: string | null): boolean {
  return contentEncoding === null || identity.test(contentEncoding);
}

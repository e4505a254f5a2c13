// What Content-Type and Content-Encoding may say of a payload (RFC 9110, 8.3 and 8.4). Both are sent on as they came, so
// neither may hold anything that HTTP does not allow there.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/** Senders leave boundaries and addresses without the quotes that they need: everything but separators passes. */
const unquoted = '[!#-+.-:<-\\[\\]-~-]+';
const quoted = '"(?:[\\t !#-\\[\\]-~]|\\\\[\\t -~])*"';
const parameter = `${token}=(?:${quoted}|${unquoted})`;

export const contentType = z
  .string()
  .max(limits.contentTypeLengthMax)
  .regex(
    new RegExp(`^${token}/${token}(?:[\\t ]*;(?:[\\t ]*${parameter})?)*[\\t ]*$`),
    'must be a media type, such as text/plain; charset=utf-8',
  );

export const contentEncoding = z
  .string()
  .max(limits.contentEncodingLengthMax)
  .regex(new RegExp(`^${token}(?:[\\t ]*,[\\t ]*${token})*$`), 'must be codings, such as gzip');

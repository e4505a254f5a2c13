// Valid Content-Type and Content-Encoding values of a payload (RFC 9110, 8.3 and 8.4). Both are
// forwarded unchanged, so neither may contain anything that HTTP forbids there.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
/**
 * Senders omit required quotes around boundaries and addresses: everything but separators passes.
 */
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

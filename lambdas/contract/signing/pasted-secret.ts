// Secrets as people paste them: with a line end, spaces, quotes, or a dashboard's prefix. If the
// text makes clear what was meant it is cleaned. Any other text could be intended as is, so it is
// refused with the reason.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const quoted = /^(["'`])(.*)\1$/s;
const keyPrefix = /^(?:whsec|whsk|whpk)_/i;

/**
 * The Standard Webhooks key inside the text, as its libraries read it; any other text unchanged.
 */
export function unwrapped(text: string): string {
  const inner = text.trim().replace(quoted, '$2').trim();
  // Supabase puts the signature version before the key.
  const key = inner.replace(/^v1,\s*/i, '');
  const prefix = keyPrefix.exec(key)?.[0];
  return prefix === undefined ? text : prefix.toLowerCase() + key.slice(prefix.length);
}

/** No lookaheads, so that tools can generate examples from the API description. */
const bare = /^(?:[^\s"'`](?:[\s\S]*\S)?|["'`](?:[\s\S]*[^\s"'`])?)?$/;

export const pastedSecret = z
  .string()
  .overwrite(unwrapped)
  .max(limits.secretLengthMax)
  .regex(bare, 'must not have surrounding spaces, line ends or quotes');

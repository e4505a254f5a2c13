// Secrets as they get pasted: with a line end, a space, quotes, or a prefix of a dashboard around them. Where the text says
// by itself what was meant it is cleaned. Any other text could be meant as it is, so it is refused with the reason.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const quoted = /^(["'`])(.*)\1$/s;
const keyPrefix = /^(?:whsec|whsk|whpk)_/i;

/** The key of Standard Webhooks inside the text, written as its libraries read it; any other text as it is. */
export function unwrapped(text: string): string {
  const inner = text.trim().replace(quoted, '$2').trim();
  // Supabase shows the version of the signature before the key.
  const key = inner.replace(/^v1,\s*/i, '');
  const prefix = keyPrefix.exec(key)?.[0];
  return prefix === undefined ? text : prefix.toLowerCase() + key.slice(prefix.length);
}

/** Without lookaheads, so that whoever reads the API's description can make such texts. */
const bare = /^(?:[^\s"'`](?:[\s\S]*\S)?|["'`](?:[\s\S]*[^\s"'`])?)?$/;

export const pastedSecret = z
  .string()
  .overwrite(unwrapped)
  .max(limits.secretLengthMax)
  .regex(bare, 'must be without spaces, line ends or quotes around it');

// Words a bad field: a label and a phrase that form a sentence, such as "Target URL" and "is
// required".
import type * as z from 'zod';
import { limits } from '../../contract/limits/limits.ts';

/** zod's error map; a message from the contract takes precedence. */
export function phraseOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined || issue.input === null
        ? 'is required'
        : `must be ${typeNames[issue.expected] ?? issue.expected}`;
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'is required';
      return `must ${sizeVerb(issue.origin)} at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${sizeVerb(issue.origin)} at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_value':
      return `must be one of: ${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a time such as 2026-01-31T12:00:00Z'
        : 'is not valid';
    case 'unrecognized_keys': // Each gets its own line.
    case 'not_multiple_of':
    case 'invalid_union':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
    case undefined:
      return 'is not valid';
  }
}

/** For an unknown member: the one probably meant, if they differ by a letter or a word. */
export function unknownPhrase(name: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[_-]/g, '');
  const given = plain(name);
  const meant = known.find((each) => {
    const other = plain(each);
    return given !== '' && (given.startsWith(other) || other.startsWith(given));
  });
  return meant === undefined ? 'is unknown' : `is unknown: did you mean ${meant}?`;
}

/** Untrusted text, safe to quote in an error. */
export function shortened(text: string): string {
  return text.length > limits.quotedCharactersMax
    ? `${text.slice(0, limits.quotedCharactersMax).toWellFormed()}…`
    : text;
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  int: 'a whole number',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function sizeVerb(origin: string): string {
  return origin in units ? 'have' : 'be';
}

function unitOf(origin: string): string {
  return units[origin] ?? '';
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' };

/** `/target_url` → `Target URL`; `/event_types/0` → `Event types[0]`; `query/limit` → `Query parameter limit`. */
export function labelOf(pointer: string): string {
  if (pointer === '') return 'The body';
  const [place = '', ...path] = pointer.split('/');
  if (place === 'query') return `Query parameter ${path.join('/')}`;
  if (place === 'header') return `Header ${path.join('/')}`;
  const [name = '', ...inside] = path;
  const words = name.replaceAll('_', ' ').replace(/\burl\b/, 'URL');
  return words.charAt(0).toUpperCase() + words.slice(1) + inside.map((key) => `[${key}]`).join('');
}

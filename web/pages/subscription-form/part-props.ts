import type { Values } from './values.ts';

/** What each part of the form is given. */
export type PartProps = {
  values: Values;
  change: (changes: Partial<Values>) => void;
  error: unknown;
};

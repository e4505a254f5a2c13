import { readFileSync } from 'node:fs';

/** Of a file that need not be there. */
export function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

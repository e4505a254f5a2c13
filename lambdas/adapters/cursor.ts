// List cursors: opaque to callers, and valid only for the query that made them. A digest of query
// and position rejects cursors that were truncated, altered or taken from another list. It is not a
// secret: a forged cursor shows nothing that its forger's own query would not.
import { createHash } from 'node:crypto';
import { InvalidCursorError } from '../core/shared/port-errors.ts';

/** @param query what the list depends on: its name, the tenant and the filters, but not the page size */
export function makeCursor(query: readonly unknown[], position: string): string {
  return Buffer.from(digestOf(query, position) + position).toString('base64url');
}

/**
 * The position in a cursor of the same query. Throws `InvalidCursorError`, also for an impossible
 * position, since anybody can compute a digest.
 */
export function readCursor<Position extends string>(
  query: readonly unknown[],
  cursor: string,
  isPosition: (text: string) => text is Position,
): Position {
  const text = Buffer.from(cursor, 'base64url').toString();
  const position = text.slice(digestLength);
  if (makeCursor(query, position) !== cursor || !isPosition(position)) {
    throw new InvalidCursorError();
  }
  return position;
}

const digestLength = 16;

function digestOf(query: readonly unknown[], position: string): string {
  const hash = createHash('sha256').update(JSON.stringify([query, position]));
  return hash.digest('base64url').slice(0, digestLength);
}

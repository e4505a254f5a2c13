// A cursor is the position after which a list goes on, tied to the list that made it. It holds nothing secret, and
// a forged one can only name another position in the caller's own list.
import { createHash } from 'node:crypto';
import { InvalidCursorError } from '../../core/ports.ts';

const pattern = /^([A-Za-z0-9_-]{11})([0-9a-z_]{1,40})$/;

/** A short name for a list: everything that decides what it returns, page size and cursor apart. */
function listHash(list: unknown): string {
  return createHash('sha256').update(JSON.stringify(list)).digest('base64url').slice(0, 11);
}

export function encodeCursor(list: unknown, position: string): string {
  return Buffer.from(listHash(list) + position).toString('base64url');
}

/** The position, or null for the start of the list. */
export function decodeCursor(list: unknown, cursor: string | null): string | null {
  if (cursor === null) return null;
  const [, hash, position] = pattern.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (position === undefined || hash !== listHash(list)) throw new InvalidCursorError();
  return position;
}

// One page of dead letters from a store that only lists them by id: it filters as many as one page
// may cost, and the next page continues from there.
import { limits } from '../contract/limits/limits.ts';
import { deadLetterExpiry } from '../core/dead-letters/dead-letter.ts';
import type { DeadLetter } from '../core/dead-letters/dead-letter.ts';
import { isDeadLetterId } from '../core/ids.ts';
import type { DeadLetterId } from '../core/ids.ts';
import type { DeadLetterQuery } from '../core/ports.ts';
import type { Page } from '../core/shared/page.ts';
import { makeCursor, readCursor } from './cursor.ts';

/** The letters with the greatest ids below `before` (null: of all), greatest first. */
export type ReadLetters = (
  before: DeadLetterId | null,
  limit: number,
) => Promise<{ letters: readonly DeadLetter[]; isLast: boolean }>;

export async function deadLetterPage(
  { tenant, reason, redriven, limit, cursor }: DeadLetterQuery,
  now: number,
  read: ReadLetters,
): Promise<Page<DeadLetter>> {
  const list = ['dead-letters', tenant, reason, redriven];
  const isWanted = (letter: DeadLetter) =>
    deadLetterExpiry(letter) > now &&
    (reason === null || reason === letter.reason) &&
    (redriven === null || redriven === (letter.redrivenAt !== null));
  const items: DeadLetter[] = [];
  let position = cursor === null ? null : readCursor(list, cursor, isDeadLetterId);
  const goOn = () => (position === null ? null : makeCursor(list, position));
  for (let examined = 0; examined < limits.rowsExaminedPerPageMax;) {
    const { letters, isLast } = await read(position, limits.pageSizeMax);
    for (const letter of letters) {
      const wanted = isWanted(letter);
      if (wanted && items.length === limit) return { items, nextCursor: goOn() };
      if (wanted) items.push(letter);
      position = letter.id;
    }
    if (isLast) return { items, nextCursor: null };
    examined += letters.length;
  }
  return { items, nextCursor: goOn() };
}

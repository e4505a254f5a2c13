// Pages of lists.
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';

/** Lists may return less than was asked for; small pages make every job go through several. */
export const pageSize = 3;

export function pageOf(found: IteratorObject<Delivery>, limit: number): Page<Delivery> {
  const size = Math.min(limit, pageSize);
  const items = found.take(size + 1).toArray();
  const isMore = items.length > size;
  return {
    items: items.slice(0, size),
    nextCursor: isMore ? (items[size - 1]?.id ?? null) : null,
  };
}

/** A page of what has ids that start with the time. */
export function newestFirst<Item extends { id: string }>(
  all: readonly Item[],
  { limit, cursor }: { limit: number; cursor: string | null },
): Page<Item> {
  const size = Math.min(limit, pageSize);
  const left = all
    .filter(({ id }) => cursor === null || id < cursor)
    .sort((one, other) => (one.id < other.id ? 1 : -1));
  const items = left.slice(0, size);
  return { items, nextCursor: left.length > size ? (items.at(-1)?.id ?? null) : null };
}

// A list that is read from the top again and again, while a person reads it too. What is shown stays where it is: new
// rows wait until they are asked for, known ones change in place, and those that match no more stay, marked.
import type { Delivery } from '../../api/resources.ts';

export type ListPage = { deliveries: readonly Delivery[]; next_cursor: string | null };

export type ListState = {
  rows: readonly Delivery[];
  /** Came since, and wait to be shown. */
  incoming: readonly Delivery[];
  /** Ids of rows that the filters no longer match. */
  left: ReadonlySet<string>;
  /** Where the next page begins. */
  cursor: string | null;
  /** So much came that the list cannot be joined to it: it starts anew from this page. */
  restart: ListPage | null;
};

export const nothingYet: ListState = {
  rows: [],
  incoming: [],
  left: new Set(),
  cursor: null,
  restart: null,
};

export function firstPage({ deliveries, next_cursor: cursor }: ListPage): ListState {
  return { ...nothingYet, rows: deliveries, cursor };
}

/** The first page as it is now. */
export function refreshed(state: ListState, page: ListPage): ListState {
  if (state.rows.length === 0) return firstPage(page);
  const now = new Map(page.deliveries.map((delivery) => [delivery.id, delivery]));
  const known = new Set(state.rows.map(({ id }) => id));
  const incoming = page.deliveries.filter(({ id }) => !known.has(id));
  const isApart = incoming.length === page.deliveries.length && page.next_cursor !== null;
  return {
    rows: state.rows.map((row) => now.get(row.id) ?? row),
    incoming,
    left: new Set(state.rows.filter((row) => hasLeft(row, now, page)).map(({ id }) => id)),
    cursor: state.cursor,
    restart: isApart ? page : null,
  };
}

/** Within the stretch that the page covers, what it does not have is there no more. */
function hasLeft(row: Delivery, now: ReadonlyMap<string, Delivery>, page: ListPage): boolean {
  if (now.has(row.id)) return false;
  const oldest = page.deliveries.at(-1);
  if (page.next_cursor === null) return true;
  return oldest !== undefined && newestFirst(row, oldest) < 0;
}

/** Shows what waited, and takes out what matches no more. */
export function revealed(state: ListState): ListState {
  if (state.restart !== null) return firstPage(state.restart);
  const stayed = state.rows.filter(({ id }) => !state.left.has(id));
  const rows = [...state.incoming, ...stayed].toSorted(newestFirst);
  return { ...state, rows, incoming: [], left: new Set() };
}

export function extended(state: ListState, page: ListPage): ListState {
  const known = new Set([...state.rows, ...state.incoming].map(({ id }) => id));
  const more = page.deliveries.filter(({ id }) => !known.has(id));
  return { ...state, rows: [...state.rows, ...more], cursor: page.next_cursor };
}

function newestFirst(one: Delivery, other: Delivery): number {
  if (one.created_at !== other.created_at) return one.created_at < other.created_at ? 1 : -1;
  return one.id < other.id ? 1 : -1;
}

// A list that is polled from the top while a person reads it. Shown rows stay in place: new rows
// wait until requested, known ones update in place, and those that no longer match stay, marked.
import type { Delivery } from '../../api/resources.ts';

export type ListPage = { deliveries: readonly Delivery[]; next_cursor: string | null };

export type ListState = {
  rows: readonly Delivery[];
  /** Arrived since, waiting to be shown. */
  incoming: readonly Delivery[];
  /** Ids of rows that the filters no longer match. */
  left: ReadonlySet<string>;
  /** The cursor of the next page. */
  cursor: string | null;
  /** So many arrived that the list cannot be joined: it restarts from this page. */
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

/** The current first page. */
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

/** Within the page's range, anything it lacks no longer exists. */
function hasLeft(row: Delivery, now: ReadonlyMap<string, Delivery>, page: ListPage): boolean {
  if (now.has(row.id)) return false;
  const oldest = page.deliveries.at(-1);
  if (page.next_cursor === null) return true;
  return oldest !== undefined && newestFirst(row, oldest) < 0;
}

/** Shows waiting rows, and removes those that no longer match. */
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

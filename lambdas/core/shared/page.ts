/** A part of a list. */
export type Page<Item> = { items: readonly Item[]; nextCursor: string | null };

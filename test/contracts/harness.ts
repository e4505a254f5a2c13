// What the contract suites share. A suite opens its store once and gives every test a tenant of its own.
import { makeCursor } from '../../lambdas/adapters/cursor.ts';
import { afterAll, beforeAll } from 'vitest';
import type { Clock } from '../../lambdas/core/ports.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';
import { createTestClock, type TestClock } from '../support/clock.ts';

export type Opened<Port> = { store: Port; close(): Promise<void> };

/** Opens a driver's store that reads the time from `clock`. */
export type Open<Port> = (clock: Clock) => Promise<Opened<Port>>;

/** Opens a store for the tests of the enclosing `describe`. */
export function openForSuite<Port>(open: Open<Port>): { store(): Port; clock: TestClock } {
  const clock = createTestClock();
  let opened: Opened<Port> | undefined;
  beforeAll(async () => {
    opened = await open(clock);
  });
  afterAll(() => opened?.close());
  return {
    clock,
    store() {
      if (opened === undefined) throw new Error('The store is open only while tests run');
      return opened.store;
    },
  };
}

type ReadPage<Item> = (cursor: string | null) => Promise<Page<Item>>;

/** Follows cursors to the end; `between` runs after every page but the last. */
export async function readPages<Item>(
  read: ReadPage<Item>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<(readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read(cursor);
    pages.push(page.items);
    if (pages.length > 1_000) throw new Error('The list does not end');
    cursor = page.nextCursor;
    if (cursor !== null) await between();
  } while (cursor !== null);
  return pages;
}

export async function readAll<Item>(read: ReadPage<Item>): Promise<Item[]> {
  return (await readPages(read)).flat();
}

/** The cursor after the first page that has one item or more. */
export async function cursorOf<Item>(read: ReadPage<Item>): Promise<string> {
  const { nextCursor } = await read(null);
  if (nextCursor === null) throw new Error('The list has one page only');
  return nextCursor;
}

/** Texts that no list has ever returned as a cursor. */
export const garbledCursors = [
  '',
  ' ',
  'x',
  '0',
  'null',
  '{}',
  '../../etc/passwd',
  Buffer.from('{}').toString('base64url'),
  Buffer.from('[]').toString('base64url'),
  Buffer.from('null').toString('base64url'),
  Buffer.from('{"id":"dlv_1"}').toString('base64url'),
  'é'.repeat(20),
  'A'.repeat(5_000),
];

/** Cursors made of a real one by cutting, repeating and changing it. */
export function spoiled(cursor: string): string[] {
  const middle = Math.floor(cursor.length / 2);
  const other = cursor[middle] === 'A' ? 'B' : 'A';
  return [
    cursor.slice(0, middle),
    cursor + cursor,
    `${cursor}!`,
    cursor.slice(0, 1) === 'A' ? `B${cursor.slice(1)}` : `A${cursor.slice(1)}`,
    cursor.slice(0, middle) + other + other + other + cursor.slice(middle + 3),
  ];
}

/** Cursors whose digest fits: anybody can compute it. Their positions are none that a list gives. */
export function forged(query: readonly unknown[]): string[] {
  const positions = [
    '',
    'x',
    '~',
    'sub_',
    'dlv_',
    'a'.repeat(2_000),
    '\u0000',
    '日本',
    `${'7'.repeat(26)}~`,
  ];
  return positions.map((position) => makeCursor(query, position));
}

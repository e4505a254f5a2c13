import { expect, test } from 'vitest';
import type { Delivery } from '../../web/api/resources.ts';
import type { ListPage } from '../../web/pages/deliveries/list-state.ts';
import {
  extended,
  firstPage,
  nothingYet,
  refreshed,
  revealed,
} from '../../web/pages/deliveries/list-state.ts';

/** A delivery that was accepted at this minute; later ones stand first. */
function delivery(minute: number, changes: Partial<Delivery> = {}): Delivery {
  const at = new Date(Date.UTC(2035, 0, 1, 0, minute)).toISOString();
  return {
    id: `dlv_${minute}`,
    subscription_id: 'sub_1',
    event_type: null,
    status: 'pending',
    reason: null,
    attempt_count: 0,
    last_status_code: null,
    last_error_code: null,
    next_attempt_at: null,
    created_at: at,
    updated_at: at,
    completed_at: null,
    ...changes,
  };
}

const page = (minutes: readonly number[], cursor: string | null = 'more'): ListPage => ({
  deliveries: minutes.map((minute) => delivery(minute)),
  next_cursor: cursor,
});

const idsOf = (rows: readonly Delivery[]) => rows.map(({ id }) => id);

test('the first page is shown at once', () => {
  const state = refreshed(nothingYet, page([3, 2]));
  expect(idsOf(state.rows)).toEqual(['dlv_3', 'dlv_2']);
  expect(state.cursor).toBe('more');
});

test('new rows wait, and those that are shown stay where they are', () => {
  const state = refreshed(firstPage(page([3, 2, 1])), page([5, 4, 3]));
  expect(idsOf(state.rows)).toEqual(['dlv_3', 'dlv_2', 'dlv_1']);
  expect(idsOf(state.incoming)).toEqual(['dlv_5', 'dlv_4']);
  expect(idsOf(revealed(state).rows)).toEqual(['dlv_5', 'dlv_4', 'dlv_3', 'dlv_2', 'dlv_1']);
  expect(revealed(state).incoming).toEqual([]);
});

test('a row that is known changes in place', () => {
  const now = {
    deliveries: [delivery(2, { status: 'delivered' }), delivery(1)],
    next_cursor: null,
  };
  const { rows } = refreshed(firstPage(page([2, 1], null)), now);
  expect(rows.map(({ status }) => status)).toEqual(['delivered', 'pending']);
});

test('a row that the filters match no more stays, marked, until new ones are shown', () => {
  const state = refreshed(firstPage(page([3, 2, 1])), page([4, 3, 1]));
  expect(idsOf(state.rows)).toEqual(['dlv_3', 'dlv_2', 'dlv_1']);
  expect([...state.left]).toEqual(['dlv_2']);
  expect(idsOf(revealed(state).rows)).toEqual(['dlv_4', 'dlv_3', 'dlv_1']);
});

test('rows below what was read again are not marked', () => {
  const { left } = refreshed(firstPage(page([3, 2, 1])), page([4, 3]));
  expect([...left]).toEqual([]);
});

test('an older delivery that matches only now takes its place by time', () => {
  const state = refreshed(firstPage(page([5, 1])), page([5, 3, 1]));
  expect(idsOf(revealed(state).rows)).toEqual(['dlv_5', 'dlv_3', 'dlv_1']);
});

test('when more came than a page holds, the list starts anew instead of hiding a gap', () => {
  const state = refreshed(firstPage(page([2, 1], 'old')), page([9, 8], 'new'));
  expect(idsOf(state.rows)).toEqual(['dlv_2', 'dlv_1']);
  const shown = revealed(state);
  expect(idsOf(shown.rows)).toEqual(['dlv_9', 'dlv_8']);
  expect(shown.cursor).toBe('new');
});

test('a further page goes below, without what is there already', () => {
  const state = extended(firstPage(page([4, 3])), page([3, 2], null));
  expect(idsOf(state.rows)).toEqual(['dlv_4', 'dlv_3', 'dlv_2']);
  expect(state.cursor).toBeNull();
});

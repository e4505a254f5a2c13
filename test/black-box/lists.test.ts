// Lists of deliveries: order, filters, pages.
import { beforeAll, describe, expect, test } from 'vitest';
import { api, deliveryInStatus, ingest, subscribe } from './setup.ts';

let id: string;
/** Newest first. */
const made: string[] = [];
let between: string;

beforeAll(async () => {
  const ok = {};
  const failing = { status: 500 };
  ({ id } = await subscribe({ retry_schedule: [] }, ok, ok, ok, failing, ok, failing));
  for (const type of ['a.one', 'a.two', 'b.one', 'b.one', 'b.one', 'a.one']) {
    const delivery = await ingest(id, { query: { event_type: type } });
    made.unshift(delivery);
    const failed = made.length === 4 || made.length === 6;
    const shown = await deliveryInStatus(delivery, failed ? 'failed' : 'delivered');
    if (made.length === 3)
      between = new Date(Date.parse(shown.delivery.created_at) + 1).toISOString();
  }
});

type Query = Record<string, string | number>;

async function idsOf(query: Query, path: 'all' | 'own'): Promise<string[]> {
  const { deliveries } =
    path === 'own'
      ? await api.call('listSubscriptionDeliveries', { id, query })
      : await api.call('listDeliveries', { query: { subscription_id: id, ...query } });
  return deliveries.map((delivery) => delivery.id);
}

describe.each(['own', 'all'] as const)('the list of %s deliveries', (path) => {
  test('is newest first', async () => {
    expect(await idsOf({}, path)).toEqual(made);
  });

  test('filters by status, event type, error code and time, alone and together', async () => {
    expect(await idsOf({ status: 'failed' }, path)).toEqual([made[0], made[2]]);
    expect(await idsOf({ event_type: 'a.one' }, path)).toEqual([made[0], made[5]]);
    expect(await idsOf({ error_code: 'http_error' }, path)).toEqual([made[0], made[2]]);
    expect(await idsOf({ since: between }, path)).toEqual(made.slice(0, 3));
    expect(await idsOf({ until: between }, path)).toEqual(made.slice(3));
    expect(await idsOf({ since: between, event_type: 'b.one', status: 'failed' }, path)).toEqual([
      made[2],
    ]);
    expect(await idsOf({ status: 'parked' }, path)).toEqual([]);
  });

  test.each([{ limit: 1 }, { limit: 2 }, { limit: 5, status: 'delivered' }])(
    'pages with %o without a gap or a repeat',
    async (query) => {
      const listed: string[] = [];
      let cursor: string | null = null;
      do {
        const whole: Query = { ...query, ...(cursor === null ? {} : { cursor }) };
        const page =
          path === 'own'
            ? await api.call('listSubscriptionDeliveries', { id, query: whole })
            : await api.call('listDeliveries', { query: { subscription_id: id, ...whole } });
        expect(page.deliveries.length).toBeLessThanOrEqual(query.limit);
        listed.push(...page.deliveries.map((delivery) => delivery.id));
        cursor = page.next_cursor;
      } while (cursor !== null);
      expect(listed).toEqual('status' in query ? made.filter((_, i) => i !== 0 && i !== 2) : made);
    },
  );

  test('caps a large limit in silence, as the seed did', async () => {
    expect(await idsOf({ limit: 1_000 }, path)).toEqual(made);
  });
});

test('the list of all deliveries holds those of every subscription, newest first', async () => {
  const { id: other } = await subscribe();
  const delivery = await ingest(other);
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const query: Query = { limit: 100, since: between, ...(cursor === null ? {} : { cursor }) };
    const page = await api.call('listDeliveries', { query });
    ids.push(...page.deliveries.map((item) => item.id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  const expected = [delivery, ...made.slice(0, 3)];
  expect(ids.filter((found) => expected.includes(found))).toEqual(expected);
});

test('a cursor that this API did not make is refused', async () => {
  const query = { cursor: 'made-up' };
  await api.refused('invalid-cursor', 'listDeliveries', { query });
  await api.refused('invalid-cursor', 'listSubscriptionDeliveries', { id, query });
  await api.refused('invalid-cursor', 'listSubscriptions', { query });
});

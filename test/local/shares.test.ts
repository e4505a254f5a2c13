import { expect, test } from 'vitest';
import { createInbox, inboxLimits } from '../../bin/local/inbox.ts';
import { sharesOf } from '../../bin/local/descriptors.ts';
import { createReadingBudget } from '../../bin/local/reading-budget.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';

test.each([20, 100, 300, 1_024, 4_096, 1_048_576, Infinity])(
  'of %d descriptors neither side gets all',
  (descriptors) => {
    const { inbound, outbound } = sharesOf(descriptors);
    expect(inbound).toBeGreaterThan(0);
    expect(outbound).toBeGreaterThan(0);
    expect(outbound).toBeLessThanOrEqual(limits.socketsMax);
    if (descriptors > 60) expect(inbound + outbound).toBeLessThanOrEqual(descriptors - 50);
  },
);

test('strangers cannot use up what bodies with credentials may take', () => {
  const budget = createReadingBudget({ withCredentialsBytesMax: 100, strangersBytesMax: 10 });
  const strange = budget.begin({}, false);
  expect([strange.take(10), strange.take(1)]).toEqual([true, false]);
  expect(budget.begin({}, false).take(1)).toBe(false);
  expect(budget.begin({ authorization: 'Bearer x' }, false).take(100)).toBe(true);
  strange.end();
  expect(budget.begin({}, false).take(10)).toBe(true);
});

const aRequest = (fields: { headers?: Record<string, string>; size?: number }) => ({
  receivedAt: 0,
  method: 'POST',
  url: '/dev/inbox/a',
  headers: fields.headers ?? {},
  body: Buffer.alloc(fields.size ?? 0),
  verified: { standard_webhooks: false as const, hub: false as const },
  status: 200,
});

test('all inboxes together keep so many bytes, headers included, and forget the oldest', () => {
  const inbox = createInbox({ ...inboxLimits, bytesMax: 100_000 } as typeof inboxLimits);
  const headers = { 'webhook-id': 'x'.repeat(15_000) };
  for (let n = 0; n < 20; n += 1) inbox.add(`box-${n}`, aRequest({ headers }));
  const kept = inbox.list().filter(({ requests }) => requests > 0);
  expect(kept.map(({ name }) => name)).toEqual(
    Array.from({ length: 6 }, (_, index) => `box-${19 - index}`),
  );
});

test('tries are counted by ids of deliveries alone', () => {
  const inbox = createInbox();
  const count = (id: string) => inbox.countTry('a', id);
  expect([count('x'), count('y'), count('x'.repeat(15_000))]).toEqual([1, 2, 3]);
});

// The table of bad requests over HTTP: wrong in, clear out, never a 5xx.
import { expect, test } from 'vitest';
import { expectProblem } from '../support/api.ts';
import { badRequests } from '../support/bad-requests.ts';
import { api, deliveryInStatus, ingest, newSecret, subscribe } from './setup.ts';

/** The receivers of this suite may be on loopback, so a target there can be allowed. */
const mayBeAllowed = /https:\/\/(127\.0\.0\.1|2130706433|\[::1\])\//;

test('every bad request is told what is wrong, by a code that does not change', async () => {
  const { id: subscription } = await subscribe();
  const { id: signed } = await subscribe({ secret: newSecret() });
  const delivery = await ingest(subscription);
  await deliveryInStatus(delivery, 'delivered');
  const ids: Record<string, string> = { subscription, signed, delivery };
  const sent = badRequests.filter(({ name }) => !mayBeAllowed.test(name));
  expect(sent.length).toBeGreaterThan(200);
  for (const { name, method, path, headers, body, code } of sent) {
    const filled = path.replace(/\{(\w+)\}/, (_, key: string) => ids[key] ?? '');
    const reply = await api.request(method, filled, { headers, body });
    expect({ name, ...expectProblem(reply, code) }).toMatchObject({ name, code });
  }
}, 60_000);

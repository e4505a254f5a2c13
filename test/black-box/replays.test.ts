// Replay jobs: what failed is sent once more, at a pace, by one call.
import { expect, test } from 'vitest';
import type { ReplayResource } from '../../lambdas/contract/replays/replay-routes.ts';
import type { DeliveryStatus } from '../../lambdas/core/deliveries/delivery.ts';
import { until } from '../support/until.ts';
import { api, ingest, patienceMs, subscribe } from './setup.ts';
import type { Subscribed } from './setup.ts';

const failing = { status: 500 };

/** Deliveries of a subscription of the test's own whose only attempt failed. */
async function failed(count: number): Promise<Subscribed> {
  const subscribed = await subscribe({ retry_schedule: [] }, failing);
  // A few at a time: an emulator starts a process for each request that is under way.
  for (let left = count; left > 0; left -= 5) {
    const made = Array.from({ length: Math.min(5, left) }, () => ingest(subscribed.id));
    await Promise.all(made);
  }
  await allInStatus(subscribed.id, 'failed', count);
  return subscribed;
}

/** Resolves when so many deliveries of the subscription are in the status, with one call at a time. */
async function allInStatus(id: string, status: DeliveryStatus, count: number): Promise<void> {
  const query = { subscription_id: id, status, limit: 100 };
  const are = async () => {
    const { deliveries } = await api.call('listDeliveries', { query });
    return deliveries.length === count || undefined;
  };
  await until(`${count} deliveries are ${status}`, are, patienceMs);
}

function replayWhen(
  id: string,
  what: string,
  holds: (replay: ReplayResource) => boolean,
): Promise<ReplayResource> {
  const ask = async () => {
    const { replay } = await api.call('getReplay', { id });
    return holds(replay) ? replay : undefined;
  };
  // A step takes ten seconds at most, and its message may be late.
  return until(`replay ${id} is ${what}`, ask, 10_000 + patienceMs);
}

test('all that was not delivered since a time is delivered by one call', async () => {
  const since = new Date(Date.now() - 60_000).toISOString();
  const { id, endpoint } = await failed(30);
  endpoint.answer({});
  const body = { subscription_id: id, status: ['failed', 'cancelled'], since, per_second: 50 };

  const counted = await api.call('createReplay', { body: { ...body, dry_run: true } });
  expect(counted).toMatchObject({ matched: 30, complete: true, replay: null });
  const { matched, replay } = await api.call('createReplay', { body });
  expect(matched).toBe(30);
  expect(replay).toMatchObject({ state: 'running', subscription_id: id, matched: 30 });

  const ended = await replayWhen(replay!.id, 'completed', ({ state }) => state === 'completed');
  expect(ended).toMatchObject({ examined: 30, replayed: 30, skipped: 0 });
  expect(ended.completed_at).not.toBeNull();
  await allInStatus(id, 'delivered', 30);
  expect(endpoint.requests).toHaveLength(60);
  const { replays } = await api.call('listReplays', { query: { limit: 100 } });
  expect(replays.map((listed) => listed.id)).toContain(replay!.id);
});

test('a replay is paused, resumed and cancelled while it runs', async () => {
  const { id, endpoint } = await failed(25);
  endpoint.answer({});
  const body = { subscription_id: id, error_code: 'http_error', per_second: 1 };
  const { replay } = await api.call('createReplay', { body });
  const job = replay!.id;

  await replayWhen(job, 'under way', ({ replayed }) => replayed > 0);
  const { replay: paused } = await api.call('pauseReplay', { id: job });
  expect(paused.state).toBe('paused');
  // Ten are due within the ten seconds of a step.
  expect(paused.replayed).toBe(10);
  await api.refused('conflict', 'pauseReplay', { id: job });

  await api.call('resumeReplay', { id: job });
  await replayWhen(job, 'further on', ({ replayed }) => replayed === 20);
  const { replay: cancelled } = await api.call('cancelReplay', { id: job });
  expect(cancelled).toMatchObject({ state: 'cancelled', examined: 20 });
  await api.refused('conflict', 'resumeReplay', { id: job });

  await allInStatus(id, 'failed', 5);
});

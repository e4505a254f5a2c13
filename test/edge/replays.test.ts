import { describe, expect, test } from 'vitest';
import type { ReplayResource } from '../../lambdas/contract/replays/replay-routes.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { aDelivery, aReplayJob, noon } from '../support/factories.ts';
import type { Service } from '../support/service.ts';
import { createService } from '../support/service.ts';

const body = new TextEncoder().encode('{}');

/** A subscription, and that many deliveries of it that have failed. */
async function failed(service: Service, count: number): Promise<string> {
  const fields = { target_url: 'https://receiver.example.com/hooks' };
  const { json } = await service.call('createSubscription', { body: fields });
  const { id } = json['subscription'] as { id: `sub_${string}` };
  for (let index = 0; index < count; index += 1) {
    await service.ports.deliveries.commit(
      aDelivery({ subscriptionId: id, status: 'failed', lastErrorCode: 'http_error' }),
      body,
    );
  }
  return id;
}

const replayOf = (json: Record<string, unknown>) => json['replay'] as ReplayResource;

describe('POST /api/replays', () => {
  test('starts a job, and says what it will look at', async () => {
    const service = createService();
    const subscription_id = await failed(service, 3);
    service.clock.advance(1_000);
    const { status, json } = await service.call('createReplay', {
      body: { subscription_id, since: '2035-01-15T13:00:00+01:00' },
    });
    const at = '2035-01-15T12:00:01.000Z';
    expect(status).toBe(202);
    expect(json).toEqual({
      message: 'Replay started',
      matched: 3,
      complete: true,
      replay: {
        id: expect.stringMatching(/^rpl_[0-9a-z]{16}$/),
        state: 'running',
        subscription_id,
        status: ['failed'],
        event_type: null,
        error_code: null,
        since: '2035-01-15T12:00:00.000Z',
        until: null,
        per_second: limits.replaysPerSecondDefault,
        matched: 3,
        examined: 0,
        replayed: 0,
        skipped: 0,
        created_at: at,
        updated_at: at,
        completed_at: null,
      },
    });
    const { id } = replayOf(json);
    expect((await service.call('getReplay', { id })).json).toEqual({ replay: replayOf(json) });
  });

  test('only counts for a dry run: no job, no message', async () => {
    const service = createService();
    const subscription_id = await failed(service, 3);
    const counts = [];
    for (const filter of [{}, { error_code: 'dns_timeout' }, { since: '2035-01-15T12:00:01Z' }]) {
      const asked = { subscription_id, dry_run: true, ...filter };
      const { json } = await service.call('createReplay', { body: asked });
      expect(json).toMatchObject({ complete: true, replay: null });
      counts.push(json['matched']);
    }
    expect(counts).toEqual([3, 0, 0]);
    expect((await service.call('listReplays')).json).toEqual({ replays: [], next_cursor: null });
    expect(service.ports.receiver.nextWaitingUntil()).toBeNull();
  });

  test('takes a status that is given twice once', async () => {
    const service = createService();
    const asked = { status: ['cancelled', 'failed', 'cancelled'], per_second: 3 };
    const { json } = await service.call('createReplay', { body: asked });
    expect(replayOf(json)).toMatchObject({ status: ['cancelled', 'failed'], per_second: 3 });
  });

  test('names a filter that it does not know', async () => {
    const { json } = await createService().call('createReplay', { body: { subscripton_id: 'x' } });
    expect(json).toMatchObject({
      code: 'invalid-request',
      error: 'Subscripton id is unknown',
    });
  });

  test('is refused while too many are open', async () => {
    const service = createService();
    const ids: string[] = [];
    for (let made = 0; made < limits.replaysOpenMax; made += 1) {
      ids.push(replayOf((await service.call('createReplay')).json).id);
    }
    const refused = await service.call('createReplay');
    expect(refused).toMatchObject({ status: 422, json: { code: 'limit-exceeded' } });
    await service.call('cancelReplay', { id: ids[0]! });
    expect((await service.call('createReplay')).status).toBe(202);
  });
});

test('a job is paused, resumed and cancelled, and 409 says what it is otherwise', async () => {
  const service = createService();
  const { id } = replayOf((await service.call('createReplay')).json);
  const states = [];
  for (const change of ['resume', 'pause', 'pause', 'resume', 'cancel', 'cancel'] as const) {
    const { status, json } = await service.call(`${change}Replay`, { id });
    states.push(status === 200 ? replayOf(json).state : `${status}: ${String(json['error'])}`);
  }
  expect(states).toEqual([
    '409: The replay is running',
    'paused',
    '409: The replay is paused',
    'running',
    'cancelled',
    '409: The replay is cancelled',
  ]);
});

test('the list goes from the newest to the oldest, in pages', async () => {
  const service = createService();
  const jobs = [0, 1, 2].map((minute) => aReplayJob({ createdAt: noon + minute * 60_000 }));
  for (const job of jobs) await service.ports.replays.create(job);
  const first = await service.call('listReplays', { query: 'limit=2' });
  const cursor = String(first.json['next_cursor']);
  const second = await service.call('listReplays', { query: `limit=2&cursor=${cursor}` });
  const listed = [first, second].flatMap(({ json }) => json['replays'] as ReplayResource[]);
  expect(listed.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).toReversed());
  expect(second.json['next_cursor']).toBeNull();
});

test('nobody sees, counts or changes the jobs of another tenant', async () => {
  const service = createService({ settings: { API_AUTH: 'on' } });
  const ours = await service.addKey(['admin'], 'ours');
  const theirs = await service.addKey(['admin'], 'theirs');
  const { id } = replayOf((await service.call('createReplay', { key: ours })).json);
  const delivery = aDelivery({ tenant: 'ours', status: 'failed' });
  await service.ports.deliveries.commit(delivery, body);

  for (const route of ['getReplay', 'pauseReplay', 'resumeReplay', 'cancelReplay'] as const) {
    expect((await service.call(route, { id, key: theirs })).status, route).toBe(404);
  }
  const { json } = await service.call('listReplays', { key: theirs });
  expect(json['replays']).toEqual([]);
  const counted = await service.call('createReplay', { key: theirs, body: { dry_run: true } });
  expect(counted.json['matched']).toBe(0);
  const { subscriptionId: subscription_id } = delivery;
  const foreign = await service.call('createReplay', { key: theirs, body: { subscription_id } });
  expect(foreign.status).toBe(404);
});

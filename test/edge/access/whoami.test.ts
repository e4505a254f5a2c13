import { expect, test } from 'vitest';
import { createService } from '../../support/service.ts';

test.each([[['read']], [['publish']], [['admin']], [['publish', 'read']]] as const)(
  'a key with the scopes %j learns them',
  async (scopes) => {
    const service = createService({ settings: { API_AUTH: 'on' } });
    const { json } = await service.call('whoAmI', { key: await service.addKey(scopes, 'ours') });
    expect(json).toEqual({ auth: 'on', tenant: 'ours', scopes });
  },
);

test('nobody learns anything without a key', async () => {
  const service = createService({ settings: { API_AUTH: 'on' } });
  expect(await service.call('whoAmI')).toMatchObject({
    status: 401,
    json: { code: 'unauthenticated' },
  });
});

test('where keys are off, everyone may do everything', async () => {
  const { json } = await createService().call('whoAmI');
  expect(json).toEqual({ auth: 'off', tenant: 'default', scopes: ['admin'] });
});

test('the settings are those that were set', async () => {
  const settings = {
    RETRY_SCHEDULE: '5,60',
    RETENTION_HOURS: '24',
    UNTYPED_EVENTS: 'reject',
    INGEST_BYTES_PER_SECOND: 'off',
  };
  const { json } = await createService({ settings }).call('getSettings');
  expect(json['settings']).toMatchObject({
    retry_schedule: [5, 60],
    retention_hours: 24,
    untyped_events: 'reject',
    delivery_timeout_ms: 10_000,
    ingest_events_per_second: 500,
    ingest_bytes_per_second: null,
    subscriptions_max: 10_000,
    parked_events_max: 100_000,
  });
});

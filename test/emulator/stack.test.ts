// What the black-box suite cannot tell from outside: that a long wait of the deployed stack is a schedule, and not the
// steps through SQS that it falls back to when it may not make one.
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openClients } from '../../lambdas/adapters/aws/clients.ts';
import { apiOf } from '../support/api.ts';
import type { Receiver } from '../support/receiver.ts';
import { startReceiver } from '../support/receiver.ts';
import { targetSettings } from '../support/target.ts';
import { until } from '../support/until.ts';

const target = targetSettings.parse({ ...process.env, BASE_URL: process.env['STACK_URL'] });
const api = apiOf(target);
const { scheduler } = openClients();
let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver({ host: target.RECEIVER_HOST });
});

afterAll(() => receiver.close());

test('a retry beyond the longest delay of SQS waits as one schedule', async () => {
  const { url } = receiver.endpoint({ status: 500 });
  const body = { target_url: url, retry_schedule: [3_600] };
  const { subscription } = await api.call('createSubscription', { body });
  const { delivery_id: id = '' } = await api.call('ingest', { id: subscription.id, body: {} });

  const schedules = await until(
    'the retry is scheduled',
    async () => {
      const command = new ListSchedulesCommand({ NamePrefix: id.slice('dlv_'.length) });
      const { Schedules = [] } = await scheduler.send(command);
      return Schedules.length > 0 ? Schedules : undefined;
    },
    target.PATIENCE_MS,
  );
  expect(schedules).toHaveLength(1);

  await api.call('deleteSubscription', { id: subscription.id });
});

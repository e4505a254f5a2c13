// A right too few fails in production alone, for the emulators check none; a right too many is noticed by nobody. So
// the functions run through all they do, and what they used must be exactly what the stack grants.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { grantsOf } from '../support/permissions.ts';
import type { FunctionName } from '../support/recorded-functions.ts';
import { createRecordedFunctions } from '../support/recorded-functions.ts';
import { aResponse } from '../support/send-results.ts';
import { synth } from '../support/template.ts';

const template = synth();
let statusCode = 200;
let functions: Awaited<ReturnType<typeof createRecordedFunctions>>;

beforeAll(async () => {
  functions = await createRecordedFunctions(() => aResponse({ statusCode }));
  await exercise();
}, 60_000);

afterAll(() => functions.close());

async function exercise(): Promise<void> {
  const { call, work, check } = functions;
  const subscribe = async (fields: object) => {
    const body = { target_url: 'https://example.com/hook', ...fields };
    return (await call('createSubscription', { body })).subscription.id as string;
  };
  const publish = async (id: string, headers = {}) =>
    (await call('ingest', { id, headers, body: { n: 1 } })).delivery_id as string;

  await call('getHealth');
  await call('getOpenApi');
  const key = await call('createApiKey', { body: { scopes: ['admin'] } });
  const authorization = `Bearer ${key.key}`;
  await call('listApiKeys', { headers: { authorization } });

  const steady = await subscribe({});
  const delivered = await publish(steady, { authorization });
  await publish(steady, { 'idempotency-key': 'again' });
  await publish(steady, { 'idempotency-key': 'again' });
  await work();
  await call('testSubscription', { id: steady, body: {} });
  await call('retryDelivery', { id: delivered });
  await work();

  const failing = await subscribe({ retry_schedule: [3_600] });
  statusCode = 500;
  const open = await publish(failing);
  await work();
  await call('cancelDelivery', { id: open });
  await publish(failing);
  await work();
  const replayed = { status: ['delivered', 'cancelled'] };
  for (const body of [replayed, { ...replayed, subscription_id: steady }]) {
    const { replay } = await call('createReplay', { body });
    await call('pauseReplay', { id: replay.id });
    await call('resumeReplay', { id: replay.id });
    await work();
    await work();
    await call('getReplay', { id: replay.id });
  }
  await call('cancelReplay', { id: (await call('createReplay', { body: {} })).replay.id });
  await call('listReplays');
  statusCode = 410;
  await publish(await subscribe({}));
  await work();
  statusCode = 200;
  await subscribe({ operational_events: true });
  await work();

  await call('updateSubscription', { id: steady, body: { status: 'inactive' } });
  await publish(steady);
  await call('replaceSubscription', { id: steady, body: { status: 'active' } });
  await work();
  await work();

  await call('getSubscription', { id: steady });
  await call('listSubscriptions');
  await call('getDelivery', { id: delivered });
  await call('listDeliveries');
  await call('listDeliveries', { query: 'status=failed' });
  await call('listSubscriptionDeliveries', { id: steady });
  await call('listSubscriptionDeliveries', { id: steady, query: 'status=parked' });
  await call('getStats');
  await call('getSubscriptionStats', { id: steady });

  await functions.bury();
  const { dead_letters: letters } = await call('listDeadLetters');
  await call('redriveDeadLetters', { body: { ids: letters.map(({ id }: { id: string }) => id) } });
  await call('redriveDeadLetters', { body: {} });
  await call('getLedger');
  await call('recoverLedger', { body: {} });
  await publish(steady);
  await check();
  await work();

  await call('deleteSubscription', { id: failing });
  await work();
  await call('deleteApiKey', { id: key.api_key.id });
}

/** Of the data alone: logs and what an event source does with its queue are the platform's. */
function granted(role: string): string[] {
  return grantsOf(template, role).flatMap(({ actions, resources }) =>
    actions.flatMap((action) =>
      resources.flatMap((resource) => {
        if (action === 'events:PutEvents') return [`${action} bus`];
        if (action === 'sqs:SendMessage') return [`${action} queue`];
        if (action === 'scheduler:CreateSchedule') return [`${action} group`];
        if (!action.startsWith('dynamodb:')) return [];
        return [`${action} ${/\/(index\/\w+)$/.exec(resource)?.[1] ?? 'table'}`];
      }),
    ),
  );
}

test.each<[FunctionName, string]>([
  ['publish', 'PublishRole'],
  ['api', 'ApiRole'],
  ['deliver', 'DeliverRole'],
  ['dead-letter', 'DeadLetterRole'],
  ['check-ledger', 'LedgerFunctionRole'],
])('the %s function uses all that it may, and may all that it uses', (name, role) => {
  expect([...functions.used.get(name)!].toSorted()).toEqual(granted(role).toSorted());
});

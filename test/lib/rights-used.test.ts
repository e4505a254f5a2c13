// A right too few fails in production alone, for the emulators check none; a right too many is noticed by nobody. So
// the functions run through all they do, and what they used must be exactly what the stack grants: action by action, and
// kind of item by kind of item. They do it twice, the second time with every answer to a write lost.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantsOf, kindOf, mayCall, tableRightsOf } from '../support/permissions.ts';
import type { FunctionName, RecordedCall } from '../support/recorded-functions.ts';
import { createRecordedFunctions } from '../support/recorded-functions.ts';
import { aResponse } from '../support/send-results.ts';
import { synth } from '../support/template.ts';

const template = synth();
let statusCode: number;
const functions: Awaited<ReturnType<typeof createRecordedFunctions>>[] = [];

beforeAll(async () => {
  for (const losesAnswers of [false, true]) {
    const send = () => aResponse({ statusCode });
    const recorded = await createRecordedFunctions({ send, losesAnswers });
    functions.push(recorded);
    await exercise(recorded);
  }
}, 60_000);

afterAll(() => Promise.all(functions.map(({ close }) => close())));

const callsOf = (name: FunctionName): RecordedCall[] =>
  functions.flatMap(({ calls }) => calls.get(name)!);

async function exercise(recorded: (typeof functions)[number]): Promise<void> {
  const { call, work, bury, check } = recorded;
  statusCode = 200;
  const subscribe = async (fields: object) => {
    const body = { target_url: 'https://example.com/hook', ...fields };
    return (await call('createSubscription', { body })).subscription.id as string;
  };
  const publish = async (id: string, headers = {}) =>
    (await call('ingest', { id, headers, body: { n: 1 } })).delivery_id as string;

  await call('getHealth');
  await call('getOpenApi');
  const key = await call('createApiKey', { body: { scopes: ['admin'] } });
  await call('listApiKeys');

  const steady = await subscribe({});
  const delivered = await publish(steady);
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
  const failed = { status: ['failed'], subscription_id: failing };
  await call('createReplay', { body: failed });
  await work();
  await call('listSubscriptionDeliveries', { id: failing, query: 'status=failed' });
  await publish(await subscribe({ rate_limit: { per_second: 1 } }));
  await work();
  statusCode = 410;
  await publish(await subscribe({}));
  await work();
  statusCode = 200;
  await subscribe({ operational_events: true });
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

  await bury();
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

const names: Record<string, string> = {
  'events:PutEvents': 'bus',
  'sqs:SendMessage': 'queue',
  'scheduler:CreateSchedule': 'group',
};

/** Of the data alone: logs and what an event source does with its queue are the platform's. */
function granted(role: string): Set<string> {
  const others = grantsOf(template, role)
    .flatMap(({ actions }) => actions)
    .flatMap((action) => (action in names ? [`${action} ${names[action]}`] : []));
  return new Set([...tableRightsOf(template, role), ...others]);
}

function used(name: FunctionName): Set<string> {
  return new Set(
    callsOf(name).flatMap(({ action, resource, leadingKeys }) => {
      const right = `${action} ${resource}`;
      return leadingKeys.length === 0
        ? [right]
        : leadingKeys.map((key) => `${right} ${kindOf(key)}`);
    }),
  );
}

describe.each<[FunctionName, string]>([
  ['publish', 'PublishRole'],
  ['api', 'ApiRole'],
  ['deliver', 'DeliverRole'],
  ['dead-letter', 'DeadLetterRole'],
  ['check-ledger', 'LedgerFunctionRole'],
])('the %s function', (name, role) => {
  test('uses all that it may, and may all that it uses', () => {
    expect([...used(name)].toSorted()).toEqual([...granted(role)].toSorted());
  });

  test('is denied none of its calls of the table, with the keys that are in them', () => {
    const calls = callsOf(name).filter(({ action }) => action.startsWith('dynamodb:'));
    expect(calls.length).toBeGreaterThan(0);
    expect(calls.filter((call) => !mayCall(template, role, call))).toEqual([]);
  });
});

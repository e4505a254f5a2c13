import { expect, onTestFinished, test } from 'vitest';
import { openEventBus } from '../../../lambdas/adapters/aws/event-bus.ts';
import type { OperationalEvent } from '../../../lambdas/contract/announcements/operational-events.ts';
import type { FakeAnswer } from '../../support/fake-aws.ts';
import { openFakeAws } from '../../support/fake-aws.ts';

const event: OperationalEvent = {
  type: 'webhook.circuit.closed',
  timestamp: '2035-01-15T12:00:00.000Z',
  data: { tenant: 'default', subscription_id: 'sub_1', subscription_name: 'Ünïcode ☃' },
};

async function setup(...answers: FakeAnswer[]) {
  const fake = await openFakeAws(() => (answers.length > 1 ? answers.shift() : answers[0])!);
  onTestFinished(() => fake.close());
  return { ...fake, bus: openEventBus(fake.clients.eventBridge, 'operations') };
}

const done = { json: { FailedEntryCount: 0, Entries: [{ EventId: '1' }] } };

test('puts the event on the bus, by its type and the time at which it happened', async () => {
  const { bus, requests } = await setup(done);
  await bus.put(event);
  expect(bus.isHeard).toBe(true);
  expect(requests.map(({ target }) => target)).toEqual(['PutEvents']);
  const [entry] = requests[0]!.json['Entries'] as Record<string, unknown>[];
  expect(entry).toEqual({
    EventBusName: 'operations',
    Source: 'webhook-delivery',
    DetailType: 'webhook.circuit.closed',
    Detail: expect.any(String),
    Time: Date.parse(event.timestamp) / 1_000,
  });
  expect(JSON.parse(String(entry!['Detail']))).toEqual(event);
});

test('rejects where the entry is refused, although the call succeeds', async () => {
  const refused = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] };
  const { bus } = await setup({ json: refused });
  await expect(bus.put(event)).rejects.toThrow('PutEvents failed: ThrottlingException');
});

test('tries a lost call again, and rejects where the call is refused', async () => {
  const lost = await setup('lost', done);
  await lost.bus.put(event);
  expect(lost.requests).toHaveLength(2);
  const denied = await setup({ error: 'AccessDeniedException' });
  await expect(denied.bus.put(event)).rejects.toThrow('PutEvents failed: AccessDeniedException');
});

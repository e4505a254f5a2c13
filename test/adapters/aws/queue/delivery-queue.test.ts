// What the emulators cannot show: schedules, batches that succeed in part, and calls that fail.
import { afterEach, describe, expect, it } from 'vitest';
import { limits } from '../../../../lambdas/contract/limits/limits.ts';
import { subscriptionIdOf } from '../../../../lambdas/core/ids.ts';
import type { DeliveryQueue } from '../../../../lambdas/core/ports.ts';
import { portsOf, settingsOf } from '../../../support/aws-driver.ts';
import { aBacklogMessage, aDelivery, anAttemptMessage, noon } from '../../../support/factories.ts';
import {
  type FakeAnswer,
  type FakeAws,
  type FakeRequest,
  openFakeAws,
} from '../../../support/fake-aws.ts';

type Entry = { Id: string; MessageBody: string; DelaySeconds: number; MessageGroupId: string };

const entriesOf = (request: FakeRequest) => request.json['Entries'] as Entry[];

function sent(entries: readonly Entry[], failed: readonly Entry[] = []): FakeAnswer {
  return {
    json: {
      Successful: entries.map(({ Id }) => ({ Id, MessageId: Id, MD5OfMessageBody: '' })),
      Failed: failed.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })),
    },
  };
}

const allSent = (request: FakeRequest) => sent(entriesOf(request));
const isSchedule = ({ path }: FakeRequest) => path.startsWith('/schedules/');

let fake: FakeAws | undefined;
afterEach(() => fake?.close());

async function setup(
  answer: (request: FakeRequest) => FakeAnswer,
): Promise<{ queue: DeliveryQueue; requests: FakeRequest[]; logged: string[] }> {
  fake = await openFakeAws(answer);
  // The digests of the fake's answers are not those of the messages.
  fake.clients.sqs.config.md5 = false;
  const logged: string[] = [];
  const log = { info: () => undefined, error: (name: string) => logged.push(name) };
  const driver = { clients: fake.clients, settings: settingsOf({}) };
  const { queue } = portsOf(driver, { now: () => noon }, log);
  return { queue, requests: fake.requests, logged };
}

const inSeconds = (seconds: number, fields = {}) =>
  anAttemptMessage({ dueAt: noon + seconds * 1_000, ...fields });

describe('what goes by the queue', () => {
  it('is delayed as long as it needs, in the group of its subscription', async () => {
    const { queue, requests } = await setup(allSent);
    const attempt = inSeconds(42);
    const job = aBacklogMessage();

    await queue.send([attempt, job]);

    expect(requests).toHaveLength(1);
    expect(entriesOf(requests[0]!)).toStrictEqual([
      {
        Id: '0',
        MessageBody: JSON.stringify(attempt),
        DelaySeconds: 42,
        MessageGroupId: subscriptionIdOf(attempt.deliveryId as `dlv_${string}`),
      },
      {
        Id: '1',
        MessageBody: JSON.stringify(job),
        DelaySeconds: 0,
        MessageGroupId: job.subscriptionId,
      },
    ]);
  });

  it('goes in batches that SQS takes', async () => {
    const { queue, requests } = await setup(allSent);

    await queue.send(Array.from({ length: 23 }, () => inSeconds(0)));

    const sizes = requests.map((request) => entriesOf(request).length);
    expect(sizes.toSorted((left, right) => right - left)).toStrictEqual([10, 10, 3]);
  });

  it('is sent once more where a batch succeeded in part', async () => {
    const { queue, requests } = await setup((request) => {
      const entries = entriesOf(request);
      return entries.length > 2 ? sent(entries.slice(2), entries.slice(0, 2)) : sent(entries);
    });
    const messages = Array.from({ length: 5 }, () => inSeconds(0));

    await queue.send(messages);

    expect(requests).toHaveLength(2);
    expect(entriesOf(requests[1]!).map(({ MessageBody }) => JSON.parse(MessageBody))).toStrictEqual(
      messages.slice(0, 2),
    );
  });

  it('is refused when part of it fails again', async () => {
    const { queue, requests } = await setup((request) => {
      const [first, ...others] = entriesOf(request);
      return sent(others, [first!]);
    });

    await expect(queue.send([inSeconds(0), inSeconds(0)])).rejects.toThrow(
      'SQS SendMessageBatch failed: 1 of 2 messages',
    );
    expect(requests).toHaveLength(2);
  });

  it('is refused in words of our own when SQS fails', async () => {
    const { queue, requests } = await setup(() => ({ status: 503, error: 'ServiceUnavailable' }));

    await expect(queue.send([inSeconds(0)])).rejects.toThrow(/^SQS SendMessageBatch failed: /);
    expect(requests).toHaveLength(limits.awsTriesMax);
  });
});

describe('what goes by a schedule', () => {
  const scheduled = (request: FakeRequest): FakeAnswer =>
    isSchedule(request) ? { json: { ScheduleArn: 'arn:aws:scheduler:x' } } : allSent(request);

  it('is one schedule that sends the message when it is due and then goes away', async () => {
    const { queue, requests } = await setup(scheduled);
    const message = inSeconds(901.2, { cycle: 2, attempt: 7 });

    await queue.send([message]);

    const { json, path } = requests[0]!;
    const settings = settingsOf({});
    expect(requests).toHaveLength(1);
    expect(path).toMatch(/^\/schedules\/[0-9a-zA-Z-_.]{1,64}$/);
    expect(json).toStrictEqual({
      ActionAfterCompletion: 'DELETE',
      ClientToken: expect.any(String),
      FlexibleTimeWindow: { Mode: 'OFF' },
      GroupName: settings.SCHEDULE_GROUP,
      ScheduleExpression: 'at(2035-01-15T12:15:02)',
      Target: {
        Arn: settings.QUEUE_ARN,
        RoleArn: settings.SCHEDULER_ROLE_ARN,
        Input: JSON.stringify(message),
        DeadLetterConfig: { Arn: settings.SCHEDULE_DEAD_LETTER_ARN },
        RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
      },
    });
  });

  it('has a name that tells deliveries, turns and times apart', async () => {
    const { queue, requests } = await setup(scheduled);
    const { deliveryId } = inSeconds(0);
    const one = inSeconds(1_000, { deliveryId });

    await queue.send([
      one,
      { ...one, sentAt: noon - 5_000 },
      { ...one, deliveryId: aDelivery().id },
      { ...one, turn: 'another0' },
      { ...one, dueAt: one.dueAt + 1_000 },
      { ...one, cycle: 999_999, attempt: 30, turn: 'zzzzzzzz', dueAt: Date.UTC(2199, 0) },
    ]);

    const names = requests.map(({ path }) => path.slice('/schedules/'.length));
    expect(names).toHaveLength(6);
    expect(new Set(names).size).toBe(5);
    expect(Math.max(...names.map((name) => name.length))).toBeLessThanOrEqual(64);
  });

  it('is there already when its name is taken', async () => {
    const { queue, requests, logged } = await setup((request) =>
      isSchedule(request) ? { status: 409, error: 'ConflictException' } : allSent(request),
    );

    await queue.send([inSeconds(1_000)]);

    expect(requests).toHaveLength(1);
    expect(logged).toStrictEqual([]);
  });

  it.each([
    ['is throttled', { status: 429, error: 'ThrottlingException' }, limits.awsTriesMax],
    ['is down', { status: 500, error: 'InternalServerException' }, limits.awsTriesMax],
    ['refuses', { status: 400, error: 'ValidationException' }, 1],
    ['has no more room', { status: 402, error: 'ServiceQuotaExceededException' }, 1],
    ['has no such group any more', { status: 404, error: 'ResourceNotFoundException' }, 1],
  ])('goes by the queue as far as that can wait when Scheduler %s', async (_, answer, tries) => {
    const { queue, requests, logged } = await setup((request) =>
      isSchedule(request) ? answer : allSent(request),
    );
    const message = inSeconds(10_000);

    await queue.send([message, inSeconds(1)]);

    const [batch] = requests.filter((request) => !isSchedule(request));
    expect(requests.filter(isSchedule)).toHaveLength(tries);
    expect(entriesOf(batch!).map(({ DelaySeconds }) => DelaySeconds)).toStrictEqual([900, 1]);
    expect(JSON.parse(entriesOf(batch!)[0]!.MessageBody)).toStrictEqual({
      ...message,
      isHop: true,
    });
    expect(logged).toStrictEqual(['schedule.failed']);
  });
});

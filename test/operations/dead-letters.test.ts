// Messages that nobody can handle: buried with their reason, and sent again once the cause is gone.
import { describe, expect, it } from 'vitest';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { DeadLetter, Received } from '../../lambdas/core/dead-letters/dead-letter.ts';
import type { DeadLetterId } from '../../lambdas/core/ids.ts';
import { createDeadLetterHandler } from '../../lambdas/edge/queue/dead-letter-queue.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import type { RedriveWish } from '../../lambdas/operations/dead-letters/redrive-dead-letters.ts';
import { redriveDeadLetters } from '../../lambdas/operations/dead-letters/redrive-dead-letters.ts';
import { createDelivering } from '../support/delivering.ts';
import { aDeadLetter, anAttemptMessage, noon } from '../support/factories.ts';
import { sqsRecord } from '../support/sqs-record.ts';

const last = limits.queueReceivesMax;
const newer = JSON.stringify({ ...anAttemptMessage(), version: 2 });
const broken = () => Promise.reject(new Error('DynamoDB BatchGetItem failed: Throttled'));

function setup() {
  const delivering = createDelivering();
  const { ports, context } = delivering;
  /** The deliver function, whose reads fail where it is `failing`. */
  async function receive(records: Partial<Received>[], using: Context = context) {
    const { batchItemFailures } = await createDeliverHandler(using)({
      Records: records.map((about, index) => sqsRecord({ messageId: `m-${index}`, ...about })),
    });
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  }
  const failing: Context = { ...context, deliveries: { ...ports.deliveries, load: broken } };
  const all = { tenant: 'default', reason: null, redriven: null, limit: 100, cursor: null };
  const letters = async () => (await ports.deadLetters.list(all)).items;
  const redrive = (wish: Partial<RedriveWish> = {}, using: Context = context) =>
    redriveDeadLetters(using, {
      tenant: 'default',
      ids: null,
      reason: null,
      perSecond: 10,
      cursor: null,
      ...wish,
    });
  async function bury(...about: Partial<DeadLetter>[]): Promise<DeadLetter[]> {
    const made = about.map((fields) => aDeadLetter(fields));
    for (const letter of made) await ports.deadLetters.bury(letter);
    return made;
  }
  return { ...delivering, receive, failing, letters, redrive, bury };
}

describe('the deliver function', () => {
  it('buries immediately what no version can read, with its reason, and works the rest', async () => {
    const { subscribe, publish, sent, ports, clock, receive, letters } = setup();
    await publish(await subscribe());
    const visibilityMs = limits.queueVisibilityMs;
    const [well] = await ports.receiver.receive({ limit: 1, now: clock.now(), visibilityMs });

    expect(await receive([{ body: '{', sentAt: noon }, { body: well!.body }])).toEqual([]);

    expect(sent).toHaveLength(1);
    expect(await letters()).toMatchObject([
      { reason: 'unreadable', detail: 'It is not JSON', body: '{', receiveCount: 1, sentAt: noon },
    ]);
  });

  it('leaves what a newer version may read to come back, and buries it at its last receive', async () => {
    const { receive, letters } = setup();
    for (let receiveCount = 1; receiveCount < last; receiveCount += 1) {
      expect(await receive([{ body: newer, receiveCount }])).toEqual(['m-0']);
    }
    expect(await letters()).toEqual([]);

    expect(await receive([{ body: newer, receiveCount: last }])).toEqual([]);

    expect(await letters()).toMatchObject([{ reason: 'unknown_version', body: newer }]);
  });

  it('buries what failed at every receive, with the last failure', async () => {
    const { receive, failing, letters } = setup();
    const body = JSON.stringify(anAttemptMessage());
    for (let receiveCount = 1; receiveCount < last; receiveCount += 1) {
      await receive([{ body, receiveCount }], withLateFailure(failing));
    }
    expect(await letters()).toEqual([]);

    expect(await receive([{ body, receiveCount: last }], withLateFailure(failing))).toEqual([]);

    expect(await letters()).toMatchObject([
      { reason: 'failed', detail: 'SQS SendMessageBatch failed: Throttled', receiveCount: last },
    ]);
  });

  it('returns what it cannot bury: no message is acknowledged before its letter is stored', async () => {
    const { receive, context, ports, letters } = setup();
    const deadLetters = { ...ports.deadLetters, bury: broken };
    const body = JSON.stringify(anAttemptMessage());
    const records = [
      { body: '' },
      { body: newer, receiveCount: last },
      { body, receiveCount: last },
    ];

    const given = await receive(records, withLateFailure({ ...context, deadLetters }));

    expect(given).toEqual(['m-0', 'm-1', 'm-2']);
    expect(await letters()).toEqual([]);
  });

  it('logs each burial once, without revealing the text', async () => {
    const { receive, logLines, letters } = setup();
    await receive([{ body: '{"password":"hunter2"' }]);

    const lines = logLines.filter((line) => line.includes('"message":"message.dead"'));
    const [letter] = await letters();
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({
      level: 'ERROR',
      id: letter!.id,
      reason: 'unreadable',
    });
    expect(logLines.join()).not.toContain('hunter2');
  });
});

/** Its work fails after the rows were read: the retry cannot be queued. */
function withLateFailure(context: Context): Context {
  const send = () => Promise.reject(new Error('SQS SendMessageBatch failed: Throttled'));
  return {
    ...context,
    deliveries: { ...context.deliveries, load: async () => new Map() },
    queue: { send },
  };
}

describe('the dead-letter function', () => {
  it('keeps what the queue gave up, as the letter that the deliver function would have made', async () => {
    const { receive, context, letters } = setup();
    const handler = createDeadLetterHandler(context);
    const bodies = ['[]', newer, JSON.stringify(anAttemptMessage())];
    const Records = bodies.map((body, index) => sqsRecord({ messageId: `m-${index}`, body }));

    expect(await handler({ Records })).toEqual({ batchItemFailures: [] });

    const kept = await letters();
    const reasons = kept.map(({ reason }) => reason).toSorted();
    expect(reasons).toEqual(['failed', 'unknown_version', 'unreadable']);
    await receive([{ body: '[]' }]);
    expect(await letters()).toStrictEqual(kept);
  });

  it('returns what it cannot store', async () => {
    const { context, ports } = setup();
    const deadLetters = { ...ports.deadLetters, bury: broken };
    const handler = createDeadLetterHandler({ ...context, deadLetters });
    const batchItemFailures = [{ itemIdentifier: '1' }];
    expect(await handler({ Records: [sqsRecord({})] })).toEqual({ batchItemFailures });
  });
});

describe('redriving', () => {
  it('delivers what failed while the service was broken, once', async () => {
    const { subscribe, publish, sent, work, failing, clock, ports, letters, redrive, settle } =
      setup();
    const id = await publish(await subscribe());
    for (let count = 1; count <= last; count += 1) {
      await expect(work(failing)).rejects.toThrow('DynamoDB');
      clock.advance(limits.queueVisibilityMs);
    }
    // The whole function failed at every receive, so the queue itself gave the message up.
    await work();
    const [letter] = await letters();
    expect(letter).toMatchObject({ reason: 'failed', receiveCount: last });
    expect(sent).toHaveLength(0);

    expect(await redrive()).toMatchObject({ redriven: 1, skipped: [], nextCursor: null });
    await settle();

    expect(sent).toHaveLength(1);
    const found = await ports.deliveries.detail('default', id);
    expect(found?.delivery.status).toBe('delivered');
    const redrivenAt = expect.any(Number) as number;
    expect(await letters()).toStrictEqual([{ ...letter, redrivenAt }]);
    expect(await redrive()).toMatchObject({ redriven: 0, lastDueAt: null });
    const again = await redrive({ ids: [letter!.id] });
    expect(again).toMatchObject({ redriven: 0, skipped: [{ id: letter!.id, reason: 'redriven' }] });
    expect(ports.receiver.nextWaitingUntil()).toBeNull();
  });

  it('sends no second request for what has been delivered since', async () => {
    const { subscribe, publish, sent, ports, clock, bury, redrive, settle } = setup();
    await publish(await subscribe());
    const { queueVisibilityMs: visibilityMs } = limits;
    const [message] = await ports.receiver.receive({ limit: 1, now: clock.now(), visibilityMs });
    await ports.receiver.release([message!.receiptHandle], clock.now(), '');
    await settle();
    expect(sent).toHaveLength(1);
    await bury({ body: message!.body });

    expect(await redrive()).toMatchObject({ redriven: 1 });
    await settle();

    expect(sent).toHaveLength(1);
  });

  it('may send twice after a crash before the mark, which costs no second request', async () => {
    const { subscribe, publish, sent, ports, clock, context, bury, redrive, settle } = setup();
    await publish(await subscribe());
    const { queueVisibilityMs: visibilityMs } = limits;
    const [message] = await ports.receiver.receive({ limit: 1, now: clock.now(), visibilityMs });
    await ports.receiver.delete([message!.receiptHandle]);
    await bury({ body: message!.body });
    const deadLetters = { ...ports.deadLetters, markRedriven: broken };

    await expect(redrive({}, { ...context, deadLetters })).rejects.toThrow('DynamoDB');
    expect(await redrive()).toMatchObject({ redriven: 1 });
    await settle();

    expect(sent).toHaveLength(1);
  });

  it('sends messages at the given pace, and not before they are due', async () => {
    const { clock, bury, redrive, context } = setup();
    clock.advance(60_000);
    const later = clock.now() + 5_000;
    await bury(...[4, 3, 2].map((ms) => ({ sentAt: noon + ms })), {
      sentAt: noon + 1,
      body: JSON.stringify(anAttemptMessage({ dueAt: later, slotAt: noon })),
    });
    const messages: QueueMessage[] = [];
    const send = async (batch: readonly QueueMessage[]) => void messages.push(...batch);

    const { lastDueAt } = await redrive({ perSecond: 4 }, { ...context, queue: { send } });

    const waits = messages.map(({ dueAt }) => dueAt - clock.now());
    expect(waits).toEqual([0, 250, 500, 5_000]);
    expect(lastDueAt).toBe(clock.now() + 750);
    expect(messages.at(-1)).toMatchObject({ sentAt: noon, slotAt: undefined });
  });

  it('takes the given letters, and says why others were skipped', async () => {
    const { bury, redrive } = setup();
    const [failed, unreadable, redriven, theirs] = await bury(
      {},
      { reason: 'unreadable', body: '{' },
      { redrivenAt: noon },
      { tenant: 'another' },
    );
    const absent: DeadLetterId = aDeadLetter().id;
    const ids = [failed!, unreadable!, redriven!, theirs!, failed!].map(({ id }) => id);

    const { skipped, ...rest } = await redrive({ ids: [...ids, absent] });

    expect(rest).toMatchObject({ redriven: 1, nextCursor: null });
    expect(new Map(skipped.map(({ id, reason }) => [id, reason]))).toEqual(
      new Map([
        [unreadable!.id, 'unreadable'],
        [redriven!.id, 'redriven'],
        [theirs!.id, 'not_found'],
        [absent, 'not_found'],
      ]),
    );
  });

  it('takes the letters of a reason, and leaves what this code still cannot read', async () => {
    const { bury, redrive, letters } = setup();
    const [known, unknown] = await bury(
      { reason: 'unknown_version', sentAt: noon + 2 },
      { reason: 'unknown_version', body: newer, sentAt: noon + 1 },
      { reason: 'failed' },
    );

    const done = await redrive({ reason: 'unknown_version' });

    expect(done).toMatchObject({
      redriven: 1,
      skipped: [{ id: unknown!.id, reason: 'unreadable' }],
    });
    const marked = (await letters()).filter(({ redrivenAt }) => redrivenAt !== null);
    expect(marked.map(({ id }) => id)).toEqual([known!.id]);
  });

  it('continues from its cursor when the queue cannot delay all at that pace', async () => {
    const { bury, redrive, ports } = setup();
    const most = limits.queueDelayMsMax / 1_000;
    await bury(...Array.from({ length: most + 1 }, (_, ms) => ({ sentAt: noon + ms })));

    const first = await redrive({ perSecond: 1 });
    expect(first).toMatchObject({ redriven: most, lastDueAt: noon + (most - 1) * 1_000 });
    const second = await redrive({ perSecond: 1, cursor: first.nextCursor });

    expect(second).toMatchObject({ redriven: 1, nextCursor: null });
    const left = { tenant: 'default', reason: null, redriven: false, limit: 1, cursor: null };
    expect((await ports.deadLetters.list(left)).items).toEqual([]);
  });
});

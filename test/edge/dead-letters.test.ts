import { describe, expect, test } from 'vitest';
import type { DeadLetterResource } from '../../lambdas/contract/dead-letters/dead-letter-resource.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import type { AttemptMessage } from '../../lambdas/contract/messages.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { aDeadLetter, noon } from '../support/factories.ts';
import type { Service } from '../support/service.ts';
import { createService } from '../support/service.ts';

async function buried(service: Service, ...about: Partial<DeadLetter>[]): Promise<DeadLetter[]> {
  const letters = about.map((fields) => aDeadLetter(fields));
  for (const letter of letters) await service.ports.deadLetters.bury(letter);
  return letters;
}

const lettersOf = (json: Record<string, unknown>) => json['dead_letters'] as DeadLetterResource[];

describe('GET /api/dead-letters', () => {
  test('shows each with its reason, its message and its times', async () => {
    const service = createService();
    const [letter] = await buried(service, { buriedAt: noon + 1_500, redrivenAt: noon + 2_000 });
    const { json } = await service.call('listDeadLetters');
    expect(json).toEqual({
      dead_letters: [
        {
          id: letter!.id,
          reason: 'failed',
          detail: letter!.detail,
          body: letter!.body,
          receive_count: 5,
          sent_at: '2035-01-15T12:00:00.000Z',
          buried_at: '2035-01-15T12:00:01.500Z',
          redriven_at: '2035-01-15T12:00:02.000Z',
        },
      ],
      next_cursor: null,
    });
  });

  test('filters by reason and by whether they were sent again, in pages', async () => {
    const service = createService();
    const [odd, failed, again] = await buried(
      service,
      { sentAt: noon + 3, reason: 'unreadable', body: '{' },
      { sentAt: noon + 2 },
      { sentAt: noon + 1, redrivenAt: noon + 9 },
    );
    const listed = async (query: string) =>
      lettersOf((await service.call('listDeadLetters', { query })).json).map(({ id }) => id);
    expect(await listed('')).toEqual([odd!.id, failed!.id, again!.id]);
    expect(await listed('reason=failed')).toEqual([failed!.id, again!.id]);
    expect(await listed('redriven=false')).toEqual([odd!.id, failed!.id]);
    expect(await listed('redriven=true')).toEqual([again!.id]);
    const { json } = await service.call('listDeadLetters', { query: 'limit=2' });
    expect(await listed(`limit=2&cursor=${String(json['next_cursor'])}`)).toEqual([again!.id]);
  });
});

describe('POST /api/dead-letters/redrive', () => {
  test('sends again all that can be, at the pace of ten a second, and says what it left', async () => {
    const service = createService();
    const [first, odd, second] = await buried(
      service,
      { sentAt: noon + 3 },
      { sentAt: noon + 2, reason: 'unreadable', body: '{' },
      { sentAt: noon + 1 },
    );
    const { status, json } = await service.call('redriveDeadLetters', { body: {} });
    expect(status).toBe(202);
    expect(json).toEqual({
      message: 'Messages resent',
      redriven: 2,
      skipped: [{ id: odd!.id, reason: 'unreadable' }],
      last_due_at: '2035-01-15T12:00:00.100Z',
      next_cursor: null,
    });
    const received = { limit: 10, now: noon + 100, visibilityMs: limits.queueVisibilityMs };
    const bodies = (await service.ports.receiver.receive(received)).map(({ body }) => body);
    const idOf = (body: string) => (JSON.parse(body) as AttemptMessage).deliveryId;
    expect(bodies).toHaveLength(2);
    expect(new Set(bodies.map(idOf))).toEqual(new Set([idOf(first!.body), idOf(second!.body)]));
    const again = await service.call('redriveDeadLetters', { body: {} });
    expect(again.json).toMatchObject({ message: 'Nothing to resend', redriven: 0 });
  });

  test('sends the named ones alone; what is no id is not found', async () => {
    const service = createService();
    const [one, other] = await buried(service, {}, {});
    const body = { ids: [one!.id, 'banana'] };
    const { json } = await service.call('redriveDeadLetters', { body });
    expect(json).toMatchObject({ redriven: 1, skipped: [{ id: 'banana', reason: 'not_found' }] });
    const { json: left } = await service.call('listDeadLetters', { query: 'redriven=false' });
    expect(lettersOf(left).map(({ id }) => id)).toEqual([other!.id]);
  });

  test('is not open to a key that only reads, nor to one of another tenant', async () => {
    const service = createService({ settings: { API_AUTH: 'on' } });
    const [ours] = await buried(service, { tenant: 'ours' });
    const reader = await service.addKey(['read'], 'ours');
    for (const route of ['listDeadLetters', 'redriveDeadLetters'] as const) {
      expect((await service.call(route, { key: reader, body: {} })).status, route).toBe(403);
    }
    const theirs = await service.addKey(['admin'], 'theirs');
    const { json } = await service.call('listDeadLetters', { key: theirs });
    expect(lettersOf(json)).toEqual([]);
    const body = { ids: [ours!.id] };
    const refused = await service.call('redriveDeadLetters', { key: theirs, body });
    expect(refused.json).toMatchObject({ redriven: 0, skipped: [{ reason: 'not_found' }] });
    const key = await service.addKey(['admin'], 'ours');
    const done = await service.call('redriveDeadLetters', { key, body });
    expect(done.json).toMatchObject({ redriven: 1, skipped: [] });
  });
});

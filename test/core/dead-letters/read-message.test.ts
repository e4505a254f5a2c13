import { describe, expect, test } from 'vitest';
import {
  deadLetterOf,
  failureDetail,
  whyGivenUp,
} from '../../../lambdas/core/dead-letters/dead-letter.ts';
import { isDeadLetterId } from '../../../lambdas/core/ids.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { readMessage } from '../../../lambdas/core/dead-letters/read-message.ts';
import { anAnnounceMessage, anAttemptMessage, noon } from '../../support/factories.ts';

const secret = 'whsec_aSecretThatMustNotBeTold';
const textOf = (fields: object) => JSON.stringify({ ...anAttemptMessage(), ...fields });

describe('a message', () => {
  test('is read as it was sent, without fields of a newer version', () => {
    const message = anAttemptMessage();
    const text = JSON.stringify({ ...message, fieldOfTheNextVersion: true });
    expect(readMessage(text)).toStrictEqual({ kind: 'message', message });
  });

  test.each(['', '{', 'null', '[]', '1', '"attempt"', '{"kind":"attempt"}', '{"version":1}'])(
    '%j can be read by no version',
    (text) => {
      expect(readMessage(text)).toMatchObject({ kind: 'poison', reason: 'unreadable' });
    },
  );

  test.each([
    ['of another version', textOf({ version: 2 }), 'version'],
    ['of another kind', textOf({ kind: 'attempt-2' }), 'kind'],
    ['without a field', textOf({ turn: undefined }), 'turn'],
    [
      'with a value of a newer version',
      JSON.stringify(anAnnounceMessage({ change: { of: 'x' } as never })),
      'change.of',
    ],
  ])('%s may be of a newer version, and says where it differs', (_, text, field) => {
    const reading = readMessage(text);
    expect(reading).toMatchObject({ kind: 'poison', reason: 'unknown_version' });
    expect(reading).toHaveProperty(
      'detail',
      expect.stringMatching(new RegExp(`failed on ${field}$`)),
    );
  });

  test('reveals nothing of its content when unreadable', () => {
    for (const text of [secret, `{"version":1,"kind":"attempt","turn":["${secret}"]}`]) {
      expect(JSON.stringify(readMessage(text))).not.toContain(secret);
    }
  });
});

describe('a dead letter', () => {
  const received = {
    messageId: 'm-1',
    body: textOf({ tenant: 'red' }),
    receiveCount: 5,
    sentAt: noon,
  };
  const why = { reason: 'failed', detail: 'No reason' } as const;

  test('is one letter, however often and for whatever reason its message is buried', () => {
    const letter = deadLetterOf(received, why, noon + 5);
    const again = { ...received, receiveCount: 7 };
    expect(deadLetterOf(again, { ...why, detail: 'Another' }, noon + 9).id).toBe(letter.id);
    expect(isDeadLetterId(letter.id)).toBe(true);
    expect(letter).toMatchObject({ tenant: 'red', sentAt: noon, buriedAt: noon + 5 });
    const others = [
      { ...received, messageId: 'm-2' },
      { ...received, sentAt: noon + 1 },
    ];
    for (const other of others) expect(deadLetterOf(other, why, noon).id).not.toBe(letter.id);
  });

  test('sorts by the time at which its message was sent', () => {
    const [early, late] = [noon, noon + 1].map(
      (sentAt) => deadLetterOf({ ...received, sentAt }, why, noon).id,
    );
    expect(early! < late!).toBe(true);
  });

  test.each(['', '{', '{"tenant":7}', '{"tenant":""}', `{"tenant":"${'x'.repeat(101)}"}`])(
    'of %j is for the default tenant',
    (body) => {
      expect(deadLetterOf({ ...received, body }, why, noon).tenant).toBe('default');
    },
  );

  test('keeps a bounded part of its message and of its reason', () => {
    const body = 'x'.repeat(limits.deadLetterBodyCharactersMax + 1);
    const letter = deadLetterOf({ ...received, body }, { ...why, detail: body }, noon);
    expect(letter.body).toHaveLength(limits.deadLetterBodyCharactersMax);
    expect(letter.detail).toHaveLength(limits.deadLetterDetailCharactersMax);
  });

  test('of a message given up without a reason gets its own, or that it failed', () => {
    expect(whyGivenUp('{', 'silent').reason).toBe('unreadable');
    expect(whyGivenUp(textOf({ version: 2 }), 'silent').reason).toBe('unknown_version');
    expect(whyGivenUp(textOf({}), 'silent')).toStrictEqual({ reason: 'failed', detail: 'silent' });
  });

  test('reveals only the parts of an error that cannot quote input', () => {
    expect(failureDetail(new Error('DynamoDB Query failed: Throttled'))).toMatch(/^DynamoDB Query/);
    const quoting = () => JSON.parse(secret) as unknown;
    expect(quoting).toThrow(secret.slice(0, 6));
    expect(failureDetail(new SyntaxError(secret))).toBe('SyntaxError');
    expect(failureDetail(secret)).not.toContain(secret);
  });
});

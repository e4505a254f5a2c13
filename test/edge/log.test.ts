import { expect, test } from 'vitest';
import { createLog } from '../../lambdas/edge/log.ts';
import { createTestClock } from '../support/clock.ts';

function setup() {
  const lines: string[] = [];
  const log = createLog(createTestClock(Date.UTC(2035, 0, 15, 12)), (line) => lines.push(line));
  return { log, lines };
}

test('writes one line of JSON that Lambda can filter by level', () => {
  const { log, lines } = setup();
  log.info('api.request', { status: 200, text: 'two\nlines' });
  expect(lines).toEqual([
    '{"timestamp":"2035-01-15T12:00:00.000Z","level":"INFO","message":"api.request","status":200,"text":"two\\nlines"}\n',
  ]);
});

test('keeps its name, whatever the fields are called', () => {
  const { log, lines } = setup();
  log.error('message.failed', { message: { kind: 'attempt' }, level: 'INFO' });
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'ERROR', message: 'message.failed' });
});

test('describes an error and what caused it, even one that holds itself', () => {
  const { log, lines } = setup();
  const error: Error & { cause?: unknown } = new Error('outer');
  error.cause = error;
  log.error('api.request', {}, error);
  const { level, cause } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(level).toBe('ERROR');
  expect(cause).toMatchObject({
    name: 'Error',
    message: 'outer',
    stack: expect.any(String) as string,
    cause: { message: 'outer' },
  });
});

test.each([undefined, 'text', null, 7])('takes what is no error: %s', (cause) => {
  const { log, lines } = setup();
  log.error('api.request', {}, cause);
  expect(lines).toHaveLength(1);
});

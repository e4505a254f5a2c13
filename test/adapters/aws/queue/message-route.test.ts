import { describe, expect, it } from 'vitest';
import { routeOf } from '../../../../lambdas/adapters/aws/queue/message-route.ts';
import { aBacklogMessage, anAttemptMessage, noon } from '../../../support/factories.ts';

const second = 1_000;
const queue = (delaySeconds: number) => ({ by: 'queue', delaySeconds });

describe('routeOf', () => {
  it.each([
    ['overdue', -3_600 * second, queue(0)],
    ['due now', 0, queue(0)],
    ['due in a millisecond', 1, queue(1)],
    ['due in a second', second, queue(1)],
    ['due in a second and a bit', second + 1, queue(2)],
    ['due in 899 s', 899 * second, queue(899)],
    ['due in 900 s', 900 * second, queue(900)],
  ])('sends an attempt that is %s by the queue', (_, inMs, route) => {
    const message = anAttemptMessage({ dueAt: noon + inMs });
    expect(routeOf(message, noon, 900)).toStrictEqual(route);
  });

  it.each([
    ['just over 900 s', 900 * second + 1, 901],
    ['901 s', 901 * second, 901],
    ['a day', 86_400 * second, 86_400],
  ])('schedules an attempt that is due in %s, never early', (_, inMs, inSeconds) => {
    const message = anAttemptMessage({ dueAt: noon + inMs });
    expect(routeOf(message, noon, 900)).toStrictEqual({
      by: 'schedule',
      message,
      atSeconds: noon / second + inSeconds,
    });
  });

  it('lets a job that waits longer come early', () => {
    const job = aBacklogMessage({ dueAt: noon + 901 * second });
    expect(routeOf(job, noon, 900)).toStrictEqual(queue(900));
  });

  it('follows the longest delay of the deployment', () => {
    const message = anAttemptMessage({ dueAt: noon + 3 * second });
    expect(routeOf(message, noon, 2).by).toBe('schedule');
    expect(routeOf(message, noon, 3).by).toBe('queue');
  });
});

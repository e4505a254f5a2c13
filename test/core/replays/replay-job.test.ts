import { describe, expect, it } from 'vitest';
import type { ReplayMessage } from '../../../lambdas/contract/messages.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  afterStep,
  cancelJob,
  decideStep,
  dueTimes,
  isUnchangedSince,
  listedFilters,
  pauseJob,
  replayTime,
  resumeJob,
  stepMessage,
  stepSize,
} from '../../../lambdas/core/replays/replay-job.ts';
import type { ReplayJob, StepResult } from '../../../lambdas/core/replays/replay-job.ts';
import { aDelivery, aReplayJob, noon, replayFilters } from '../../support/factories.ts';

const retentionMs = 72 * 3_600_000;
const at = { now: noon + 60_000, retentionMs };

function stepResult(about: Partial<StepResult> = {}): StepResult {
  return { examined: 10, replayed: 8, nextCursor: 'next', nextDueAt: noon + 90_000, ...about };
}

function allowed(state: ReplayJob['state']): string[] {
  const job = aReplayJob({ state });
  const changes = {
    pause: pauseJob(job, at.now),
    resume: resumeJob(job, at.now),
    cancel: cancelJob(job, at),
  };
  return Object.entries(changes).flatMap(([verb, after]) => (after === null ? [] : [verb]));
}

describe('the states of a job', () => {
  it('allow a person every sensible change', () => {
    expect(allowed('running')).toEqual(['pause', 'cancel']);
    expect(allowed('paused')).toEqual(['resume', 'cancel']);
    expect(allowed('completed')).toEqual([]);
    expect(allowed('cancelled')).toEqual([]);
  });

  it('keep ended jobs for the retention', () => {
    expect(cancelJob(aReplayJob(), at)).toMatchObject({
      state: 'cancelled',
      completedAt: at.now,
      expiresAt: at.now + retentionMs,
      version: 2,
    });
  });

  it('leave behind, at a resumption, the message of the step before the pause and the one after', () => {
    const job = aReplayJob({ step: 4 });
    const stale = [stepMessage(job, noon), stepMessage({ ...job, step: 5 }, noon)];
    const resumed = resumeJob(pauseJob(job, noon)!, noon)!;
    for (const message of stale) {
      expect(decideStep(message, resumed)).toEqual({ do: 'skip', reason: 'stale_step' });
    }
    expect(decideStep(stepMessage(resumed, noon), resumed).do).toBe('step');
  });
});

describe('a step', () => {
  it('advances in the list, and counts', () => {
    expect(
      afterStep(aReplayJob({ examined: 100, replayed: 99, skipped: 1 }), stepResult(), at),
    ).toMatchObject({
      state: 'running',
      examined: 110,
      replayed: 107,
      skipped: 3,
      remaining: ['failed'],
      cursor: 'next',
      step: 2,
      nextDueAt: noon + 90_000,
      completedAt: null,
      version: 2,
    });
  });

  it('goes on with the list of the next status at the end of one, and ends with the last', () => {
    const last = stepResult({ nextCursor: null });
    const statuses = ['failed', 'cancelled'] as const;
    const job = aReplayJob({ filters: replayFilters({ statuses }), remaining: statuses });
    const next = afterStep(job, last, at);
    expect(next).toMatchObject({ state: 'running', remaining: ['cancelled'], cursor: null });
    expect(afterStep(next, last, at)).toMatchObject({
      state: 'completed',
      remaining: [],
      completedAt: at.now,
      expiresAt: at.now + retentionMs,
    });
  });

  it.each(['paused', 'cancelled'] as const)(
    'that ends after the job was %s leaves it so',
    (state) => {
      const job = aReplayJob({ state, completedAt: null });
      const last = stepResult({ nextCursor: null });
      expect(afterStep(job, last, at)).toMatchObject({ state, replayed: 8, completedAt: null });
    },
  );

  it('holds what is due within its time', () => {
    const sizes = [1, 2, 10, 50, 100].map((perSecond) => stepSize(aReplayJob({ perSecond })));
    expect(sizes).toEqual([10, 20, 100, 100, 100]);
  });

  it('spreads its replays evenly, from where the step before it stopped', () => {
    const dueAt = dueTimes(aReplayJob({ perSecond: 3, nextDueAt: noon + 5_000 }), noon);
    expect([0, 1, 2, 3].map(dueAt)).toEqual([5_000, 5_333, 5_667, 6_000].map((ms) => noon + ms));
  });

  it('is not delayed by a clock that was ahead', () => {
    const next = (aheadMs: number) => dueTimes(aReplayJob({ nextDueAt: noon + aheadMs }), noon)(0);
    expect(next(2 * limits.replayStepMs)).toBe(noon + 2 * limits.replayStepMs);
    expect(next(3_600_000)).toBe(noon);
    const paused = pauseJob(aReplayJob({ nextDueAt: noon + 3_600_000 }), noon)!;
    expect(resumeJob(paused, noon)!.nextDueAt).toBeLessThan(noon + 60_000);
  });

  it('does not catch up on lost time', () => {
    const dueAt = dueTimes(aReplayJob({ perSecond: 10, nextDueAt: noon }), noon + 60_000);
    expect(dueAt(0)).toBe(noon + 60_000);
    expect(dueAt(1)).toBe(noon + 60_100);
  });

  it('is requested a little before its first replay is due', () => {
    const job = aReplayJob({ nextDueAt: noon + 9_000, step: 3 });
    expect(stepMessage(job, noon)).toMatchObject({
      step: 3,
      sentAt: noon,
      dueAt: noon + 9_000 - limits.replayLeadMs,
    });
    expect(stepMessage(job, noon + 20_000).dueAt).toBe(noon + 20_000);
  });
});

describe('a message of a job', () => {
  const message = (step: number): ReplayMessage => stepMessage(aReplayJob({ step }), noon);
  const looksMax = limits.commitWaitMaxMs / limits.commitResendDelayMs;

  it('waits for its job and for the step before it, but not forever', () => {
    for (const job of [undefined, aReplayJob({ step: 6 })]) {
      expect(decideStep(message(7), job)).toEqual({ do: 'await-commit' });
      const looked = (looks: number) => decideStep({ ...message(7), looks }, job);
      expect(looked(looksMax - 1)).toEqual({ do: 'await-commit' });
      expect(looked(looksMax)).toEqual({ do: 'skip', reason: 'never_committed' });
    }
  });

  it.each(['paused', 'completed', 'cancelled'] as const)('does nothing for a %s job', (state) => {
    const job = aReplayJob({ step: 7, state });
    expect(decideStep(message(7), job)).toEqual({ do: 'skip', reason: state });
  });

  it('does its step and no other', () => {
    const job = aReplayJob({ step: 7 });
    expect(decideStep(message(7), job)).toEqual({ do: 'step', job });
    expect(decideStep(message(6), job)).toEqual({ do: 'skip', reason: 'stale_step' });
  });
});

describe('a delivery', () => {
  it('matches until it changes after the job was made, as every replay of it does', () => {
    const job = aReplayJob();
    const before = aDelivery({ createdAt: noon - 5_000, updatedAt: noon });
    expect(isUnchangedSince(job, before)).toBe(true);
    // Even by a function whose clock is behind.
    const replayed = { ...before, updatedAt: replayTime(job, noon - 500) };
    expect(isUnchangedSince(job, replayed)).toBe(false);
    expect(replayTime(job, noon + 500)).toBe(noon + 500);
  });

  it('that was accepted after the job was made is not even listed', () => {
    expect(listedFilters(aReplayJob()).until).toBe(noon + 1);
    const filters = replayFilters({ until: noon - 7, since: noon - 9 });
    expect(listedFilters(aReplayJob({ filters }))).toEqual(filters);
  });
});

import { describe, expect, it } from 'vitest';
import { backlogMessage } from '../../../lambdas/contract/messages.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { propagationMs } from '../../../lambdas/contract/limits/propagation.ts';
import type { Circuit } from '../../../lambdas/core/endpoints/health-record.ts';
import { newHealth } from '../../../lambdas/core/endpoints/health.ts';
import { backlogJob, cancelJobs, paceOfChange } from '../../../lambdas/core/backlog/jobs.ts';
import type {
  InactiveReason,
  Subscription,
} from '../../../lambdas/core/subscriptions/subscription.ts';
import { aSubscription, aSubscriptionId, noon } from '../../support/factories.ts';

const open: Circuit = { state: 'open', since: noon, probeAt: noon + 60_000, probes: 0 };

function inState(circuit: Circuit, inactiveReason: InactiveReason | null = null): Subscription {
  const status = inactiveReason === null ? 'active' : 'inactive';
  return aSubscription({ status, inactiveReason, health: { ...newHealth(noon), circuit } });
}

const closed: Circuit = { state: 'closed', since: noon };
const free = inState(closed);

describe('a backlog job', () => {
  const owner = { tenant: 'acme', id: aSubscriptionId() };
  const about = { job: 'thejob00', pace: 'recovery', dueAt: noon } as const;

  it('begins with step 0 of a message that the contract knows', () => {
    const message = backlogJob(owner, { ...about, dueAt: noon + 60_000 }, noon);
    expect(backlogMessage.parse(message)).toStrictEqual(message);
    expect(message).toMatchObject({
      tenant: 'acme',
      subscriptionId: owner.id,
      job: 'thejob00',
      step: 0,
      pace: 'recovery',
      cursor: null,
      sent: 0,
      passAt: noon,
      sentAt: noon,
      dueAt: noon + 60_000,
    });
  });

  it('is not due before the change that it belongs to can be stored', () => {
    expect(backlogJob(owner, about, noon).dueAt).toBe(noon + limits.jobDelayMs);
  });
});

describe('a change of a subscription', () => {
  it.each<[string, Subscription, Subscription]>([
    ['that was free', free, free],
    ['that was paused and still is', inState(closed, 'paused'), inState(closed, 'paused')],
    ['whose circuit is open and stays so', inState(open), inState(open)],
    ['that is paused', free, inState(closed, 'paused')],
    ['that is active again behind an open circuit', inState(open, 'paused'), inState(open)],
  ])('frees nothing: one %s', (_, before, after) => {
    expect(paceOfChange(before, after)).toBeNull();
  });

  it('is a resumption if a person had paused it and nothing else was wrong', () => {
    expect(paceOfChange(inState(closed, 'paused'), free)).toBe('resume');
  });

  it.each<[string, Subscription]>([
    ['its circuit was open', inState(open)],
    ['its circuit was open when it was paused', inState(open, 'paused')],
    ['it had failed for days', inState(closed, 'failing')],
    ['its endpoint was gone', inState(closed, 'gone')],
  ])('is a recovery where %s', (_, before) => {
    expect(paceOfChange(before, free)).toBe('recovery');
  });
});

describe('the jobs of a deleted subscription', () => {
  it('cancel open deliveries, and again when no function holds an old memo', () => {
    const id = aSubscriptionId();
    const jobs = cancelJobs('acme', id, noon);
    expect(jobs.map(({ dueAt }) => dueAt - noon)).toEqual([limits.jobDelayMs, propagationMs]);
    for (const job of jobs) {
      expect(job).toMatchObject({
        kind: 'cancel',
        tenant: 'acme',
        subscriptionId: id,
        cursor: null,
        sentAt: noon,
      });
    }
  });
});

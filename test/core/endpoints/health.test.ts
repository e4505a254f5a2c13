import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import {
  closed,
  counted,
  healthStateOf,
  heldBackBy,
  judged,
  newHealth,
  probeDelayMs,
  reset,
  withEvent,
} from '../../../lambdas/core/endpoints/health.ts';
import type { AttemptWindow, Evidence, Sign } from '../../../lambdas/core/endpoints/health.ts';
import type { Circuit, Health } from '../../../lambdas/core/endpoints/health-record.ts';
import type { Subscription } from '../../../lambdas/core/subscriptions/subscription.ts';
import { aSubscription, noon } from '../../support/factories.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const open: Circuit = { state: 'open', since: noon, probeAt: noon + minute, probes: 2 };
const passing = { failure: 'passing' } as const;
const persistent = { failure: 'persistent' } as const;

function having(about: Partial<Health>, fields: Partial<Subscription> = {}): Subscription {
  return aSubscription({ health: { ...newHealth(noon), ...about }, ...fields });
}

const healthy = having({});

/** The least that opens a circuit. */
const broken: AttemptWindow = {
  from: noon,
  circuitSince: noon,
  attempts: limits.circuitFailuresMin * 2,
  failures: limits.circuitFailuresMin,
};

function evidence(about: Partial<Evidence> = {}): Evidence {
  return {
    sign: passing,
    isProbe: false,
    window: broken,
    now: noon + limits.circuitOpensAfterMs,
    job: 'thejob00',
    ...about,
  };
}

describe('a closed circuit', () => {
  it('opens on mostly failures, and names the job that starts with the first probe', () => {
    const now = noon + limits.circuitOpensAfterMs;
    const change = judged(healthy, evidence());
    expect(change).toMatchObject({ event: 'circuit_opened', jobDueAt: now + minute });
    expect(change!.after).toStrictEqual({
      ...healthy,
      updatedAt: now,
      version: 2,
      health: {
        failingSince: now,
        failureSeenAt: now,
        circuit: { state: 'open', since: now, probeAt: now + minute, probes: 0 },
        backlogJob: { id: 'thejob00', step: 0, pace: 'recovery' },
        history: [{ at: now, kind: 'circuit_opened' }],
      },
    });
  });

  it.each<[string, Partial<Evidence>]>([
    ['in less than a minute', { now: noon + limits.circuitOpensAfterMs - 1 }],
    ['of fewer than ten attempts', { window: { ...broken, attempts: 9, failures: 9 } }],
    ['that are less than half of all', { window: { ...broken, attempts: 21 } }],
    ['followed by a success', { sign: 'success' }],
    ['followed by a wish for patience', { sign: 'neutral' }],
  ])('stays closed after failures %s', (_, about) => {
    expect(judged(healthy, evidence(about))).toBeNull();
  });

  it('keeps the time since which it fails', () => {
    const failing = having({ failingSince: noon - 5 });
    expect(judged(failing, evidence())?.after.health.failingSince).toBe(noon - 5);
  });

  it('opens only after at least ten failures, half of all attempts, over a minute', () => {
    const seen = fc.array(fc.record({ afterMs: fc.nat(30 * second), failed: fc.boolean() }), {
      minLength: 1,
      maxLength: 80,
    });
    fc.assert(
      fc.property(seen, fc.boolean(), (attempts, mostlyFailing) => {
        let at = noon;
        let window: AttemptWindow | undefined;
        let all: { at: number; failed: boolean }[] = [];
        for (const [index, attempt] of attempts.entries()) {
          at += attempt.afterMs;
          const failed = attempt.failed || (mostlyFailing && index % 3 > 0);
          window = counted(window, healthy.health, { failed, at });
          all = [...all.filter((each) => each.at >= window!.from), { at, failed }];
          const failures = all.filter((each) => each.failed).length;
          const from = all[0]!.at;
          expect(window).toEqual({ from, circuitSince: noon, attempts: all.length, failures });
          expect(at - window.from).toBeLessThan(limits.circuitWindowMs);
          if (!failed) continue;
          const change = judged(healthy, evidence({ window, now: at }));
          const mayOpen =
            at - window.from >= minute && failures >= 10 && 2 * failures >= all.length;
          expect(change?.event === 'circuit_opened').toBe(mayOpen);
        }
      }),
    );
  });
});

describe('the window of attempts', () => {
  it('restarts when it is five minutes old, or the circuit has changed since', () => {
    const fresh = { from: noon + minute, circuitSince: noon, attempts: 1, failures: 1 };
    const attempt = { failed: true, at: noon + minute };
    for (const since of [noon + 1, noon - 1]) {
      const changed = { ...fresh, circuitSince: since };
      expect(counted(broken, newHealth(since), attempt)).toEqual(changed);
    }
    expect(counted(undefined, newHealth(noon), attempt)).toEqual(fresh);
    expect(counted(broken, newHealth(noon), attempt)).toEqual({
      ...broken,
      attempts: broken.attempts + 1,
      failures: broken.failures + 1,
    });
    const late = { failed: false, at: noon + limits.circuitWindowMs };
    expect(counted(broken, newHealth(noon), late)).toEqual({
      from: late.at,
      circuitSince: noon,
      attempts: 1,
      failures: 0,
    });
  });

  it('restarts after the clock stepped back, so that a circuit can open', () => {
    const at = noon - 60 * minute;
    const window = counted(broken, newHealth(noon), { failed: true, at });
    expect(window).toEqual({ from: at, circuitSince: noon, attempts: 1, failures: 1 });
  });
});

describe('an open circuit', () => {
  const opened = having({ circuit: open, failingSince: noon - minute });

  it('is closed by a probe that succeeds, and names the job that sends what is parked', () => {
    const now = noon + 2 * minute;
    const change = judged(opened, evidence({ sign: 'success', isProbe: true, now }));
    expect(change).toMatchObject({ event: 'circuit_closed', jobDueAt: now });
    expect(change!.after.health).toStrictEqual({
      failingSince: null,
      failureSeenAt: null,
      circuit: { state: 'closed', since: now },
      backlogJob: { id: 'thejob00', step: 0, pace: 'recovery' },
      history: [{ at: now, kind: 'circuit_closed' }],
    });
  });

  it('is not closed by an attempt that was in flight when it opened', () => {
    const change = judged(opened, evidence({ sign: 'success' }));
    expect(change).toMatchObject({ event: null, jobDueAt: null });
    expect(change!.after.health).toMatchObject({ circuit: open, failingSince: null });
  });

  it('is unaffected by further failures', () => {
    for (const sign of [passing, persistent, 'neutral'] as const) {
      for (const isProbe of [true, false]) {
        expect(judged(opened, evidence({ sign, isProbe }))).toBeNull();
      }
    }
  });
});

describe('a probe', () => {
  it('comes after a minute, and later each time, up to an hour', () => {
    const waits = [0, 1, 2, 3, 4, 5, 6, 7].map((probes) => probeDelayMs(probes) / minute);
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  });

  it('never comes within a minute of another, nor more than an hour after it', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (probes) => {
        expect(probeDelayMs(probes)).toBeGreaterThanOrEqual(minute);
        expect(probeDelayMs(probes)).toBeLessThanOrEqual(60 * minute);
        expect(probeDelayMs(probes + 1)).toBeGreaterThanOrEqual(probeDelayMs(probes));
      }),
    );
  });
});

/** What is stored of the last failure may be this old. */
const longestGapMs = limits.failingGapMsMax + limits.failureSeenMs;

describe('an endpoint', () => {
  const few: AttemptWindow = { ...broken, attempts: 1, failures: 1 };

  it('is failing once a delivery fails for the third time, not before', () => {
    expect(judged(healthy, evidence({ window: few }))).toBeNull();
    const now = noon + minute;
    const change = judged(healthy, evidence({ window: few, sign: persistent, now }));
    expect(change).toMatchObject({ event: null, jobDueAt: null });
    expect(change!.after).toMatchObject({ version: 2, health: { failingSince: now } });
    // What a clock says that was ahead counts as now.
    const ahead = having({ failingSince: now + 60 * minute });
    const corrected = judged(ahead, evidence({ window: few, now }));
    expect(corrected!.after.health.failingSince).toBe(now);
    // It is stored once, not with each failure.
    expect(judged(change!.after, evidence({ window: few, sign: persistent }))).toBeNull();
  });

  it('is healthy again with one success, which is stored once', () => {
    const failing = having({ failingSince: noon });
    const success = evidence({ sign: 'success' });
    const change = judged(failing, success);
    expect(change!.after.health.failingSince).toBeNull();
    expect(judged(change!.after, success)).toBeNull();
  });

  it('is disabled by the first failure after five days of only failures', () => {
    const failing = having({
      failingSince: noon,
      failureSeenAt: noon + 5 * day - hour,
      circuit: open,
      backlogJob: { id: 'a', step: 3, pace: 'recovery' },
    });
    const at = (now: number) => judged(failing, evidence({ now }));
    expect(at(noon + 5 * day - 1)).toBeNull();
    const change = at(noon + 5 * day);
    expect(change).toMatchObject({ event: 'disabled', jobDueAt: null });
    expect(change!.after).toMatchObject({
      status: 'inactive',
      inactiveReason: 'failing',
      health: {
        circuit: { state: 'closed', since: noon + 5 * day },
        backlogJob: null,
        history: [{ at: noon + 5 * day, kind: 'disabled' }],
      },
    });
  });

  it('is not disabled by a failure after quiet days, which say nothing', () => {
    const failed = judged(healthy, evidence({ window: few, sign: persistent, now: noon }))!.after;
    const again = (afterMs: number, sign: Sign) =>
      judged(failed, evidence({ window: few, sign, now: noon + afterMs }))?.after;
    expect(again(6 * day, passing)).toMatchObject({
      status: 'active',
      health: { failingSince: null, failureSeenAt: null },
    });
    expect(again(6 * day, persistent)).toMatchObject({
      status: 'active',
      health: { failingSince: noon + 6 * day, failureSeenAt: noon + 6 * day },
    });
    const gapMs = limits.failingGapMsMax;
    expect(again(gapMs, passing)?.health.failingSince).toBe(noon);
    expect(again(gapMs + 1, passing)?.health.failingSince).toBeNull();
  });

  it('has its last failure stored every six hours at most', () => {
    const failing = having({ failingSince: noon, failureSeenAt: noon });
    const at = (now: number) => judged(failing, evidence({ window: few, now }));
    expect(at(noon + 6 * hour - 1)).toBeNull();
    expect(at(noon + 6 * hour)?.after.health).toMatchObject({
      failingSince: noon,
      failureSeenAt: noon + 6 * hour,
    });
  });

  it('is disabled at once where it says that it is gone', () => {
    const change = judged(healthy, evidence({ sign: 'gone' }));
    expect(change).toMatchObject({ event: 'disabled', jobDueAt: null });
    expect(change!.after).toMatchObject({ status: 'inactive', inactiveReason: 'gone' });
  });

  it('of an inactive subscription changes nothing', () => {
    const inactive = having({ failingSince: noon - 9 * day }, { status: 'inactive' });
    for (const sign of ['success', 'gone', 'neutral', passing, persistent] as const) {
      expect(judged(inactive, evidence({ sign }))).toBeNull();
    }
  });

  it('is disabled only by five days of failures without a success or a gap, in whatever order', () => {
    const events = fc.array(
      fc.record({
        afterMs: fc.nat(2 * day),
        sign: fc.constantFrom<Sign[]>('success', passing, persistent, 'neutral'),
        isProbe: fc.boolean(),
      }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(events, (all) => {
        let subscription = healthy;
        let now = noon;
        let lastSuccess = noon;
        let failures: number[] = [];
        for (const { afterMs, sign, isProbe } of all) {
          now += afterMs;
          if (sign === 'success') {
            lastSuccess = now;
            failures = [];
          } else if (sign !== 'neutral') {
            const isFar = now - (failures.at(-1) ?? now) > longestGapMs;
            failures = [...(isFar ? [] : failures), now];
          }
          const change = judged(subscription, evidence({ sign, isProbe, now }));
          if (change === null) continue;
          expect(change.after.version).toBe(subscription.version + 1);
          subscription = change.after;
          const { circuit, history } = subscription.health;
          expect(circuit.since).toBeLessThanOrEqual(now);
          expect(history.length).toBeLessThanOrEqual(limits.healthEventsKept);
          if (subscription.status === 'active') continue;
          expect(subscription.inactiveReason).toBe('failing');
          expect(now - lastSuccess).toBeGreaterThanOrEqual(5 * day);
          expect(now - (failures[0] ?? now)).toBeGreaterThanOrEqual(5 * day);
          return;
        }
      }),
    );
  });
});

describe('the history', () => {
  it('keeps the newest twenty events', () => {
    let health = newHealth(noon);
    for (let count = 1; count <= 25; count += 1) {
      health = withEvent(health, 'circuit_opened', noon + count);
    }
    expect(health.history.map(({ at }) => at - noon)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 6),
    );
  });
});

describe('a person who changes the subscription', () => {
  it('closes an open circuit, and makes a failing endpoint as good as new', () => {
    const opened = { ...newHealth(noon), circuit: open, failingSince: noon };
    expect(reset(opened, noon + 5)).toStrictEqual({
      ...closed(opened, noon + 5),
      failingSince: null,
      failureSeenAt: null,
    });
    expect(reset(opened, noon + 5)).toMatchObject({
      circuit: { state: 'closed', since: noon + 5 },
      history: [{ at: noon + 5, kind: 'circuit_closed' }],
    });
    expect(reset({ ...newHealth(noon), failingSince: noon }, noon + 5)).toStrictEqual(
      newHealth(noon),
    );
  });
});

describe('what holds a subscription back, and the state that is shown', () => {
  const job = { id: 'a', step: 1, pace: 'recovery' as const };
  it.each<[string, Subscription, ReturnType<typeof heldBackBy>]>([
    ['healthy', healthy, null],
    ['failing', having({ failingSince: noon }), null],
    ['recovering', having({ backlogJob: job, failingSince: noon }), null],
    ['open', having({ circuit: open, backlogJob: job }), 'circuit_open'],
    ['inactive', having({ circuit: open }, { status: 'inactive' }), 'subscription_inactive'],
    ['inactive', having({ backlogJob: job }, { status: 'inactive' }), 'subscription_inactive'],
  ])('is told by both: %s', (state, subscription, reason) => {
    expect(healthStateOf(subscription)).toBe(state);
    expect(heldBackBy(subscription)).toBe(reason);
  });
});

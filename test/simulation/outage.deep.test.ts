import { describe, expect, it } from 'vitest';
import { resume } from './client.ts';
import { hours, liveThrough } from './outage.ts';

const second = 1_000;
const hour = 3_600 * second;
const day = 24 * hour;

describe('an endpoint that is down for days', () => {
  it('loses nothing, burns nothing, and comes back to no more than twice its usual rate', async () => {
    const report = await liveThrough({
      everyMs: 5 * second,
      beforeMs: 2 * hour,
      downMs: 4.9 * day,
      afterMs: 6 * hour,
    });
    const { peakPerMinuteAfter, steadyPerMinute, latenessMs } = report;
    console.log(
      `down for 4.9 days: ${report.accepted} accepted, ${report.delivered} delivered, ` +
        `${report.probes} failed probes, peak ${peakPerMinuteAfter} a minute after it ` +
        `(usual ${steadyPerMinute}), drained ${hours(report.drainedMs)} h after it, ` +
        `lateness ${hours(latenessMs.median)} h median, ${hours(latenessMs.most)} h most`,
    );
    expect(report.delivered).toBe(report.accepted);
    expect(peakPerMinuteAfter).toBeLessThanOrEqual(2 * steadyPerMinute);
    expect(report.status).toBe('active');
    expect(report.history).toEqual(['circuit_opened', 'circuit_closed', 'backlog_drained']);
    // From a minute on the probes' wait doubles up to an hour.
    expect(report.probes).toBeLessThan(4.9 * 24 + 8);
  }, 240_000);

  it('is disabled after five of them, and sent everything once it is made active again', async () => {
    const report = await liveThrough({
      everyMs: 60 * second,
      beforeMs: 2 * hour,
      downMs: 5.2 * day,
      afterMs: 6 * hour,
      repair: async (world, id) => {
        const subscription = [...world.database.subscriptions.values()].find(
          (each) => each.id === id,
        )!;
        expect(subscription).toMatchObject({ status: 'inactive', inactiveReason: 'failing' });
        await resume(world, subscription);
      },
    });
    console.log(
      `down for 5.2 days: ${report.accepted} accepted, ${report.delivered} delivered, ` +
        `drained ${hours(report.drainedMs)} h after it`,
    );
    expect(report.delivered).toBe(report.accepted);
    expect(report.history).toEqual(['circuit_opened', 'disabled', 'backlog_drained']);
  }, 120_000);
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPlaces, paceOf, recentAfter, roomFor } from '../../bin/local/places.ts';
import type { Places } from '../../bin/local/places.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';

const second = 1_000;
const few = limits.localUntestedInFlightMax;
const all = limits.localInFlightMax;
const nobody = { quick: 0, untested: 0, slow: 0 };
const someIds = (count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${name}${index}`);

function begin(places: Places, id: string, at: number): (endedAt: number) => void {
  const place = places.take(id);
  place.sendBegan(at);
  return (endedAt) => {
    place.sendEnded(endedAt);
    place.free();
  };
}

/** Takes places for each by turns, as a poller does, until none may take another. */
function fill(places: Places, ids: readonly string[], now: number) {
  const ends = new Map<string, ((at: number) => void)[]>(ids.map((id) => [id, []]));
  for (let isAnyTaken = true; isAnyTaken;) {
    isAnyTaken = false;
    for (const id of ids) {
      if (!places.roomAt(now).has(id)) continue;
      ends.get(id)!.push(begin(places, id, now));
      isAnyTaken = true;
    }
  }
  return ends;
}

/** Shows how quick it is. */
function work(places: Places, id: string, tookMs = 10): void {
  begin(places, id, 0)(tookMs);
}

describe('the pace of a subscription', () => {
  const sending = (count: number) => Array<number>(count).fill(0);

  it('is untested until a request ends or hangs', () => {
    const untested = { held: 1, recentMs: undefined };
    expect(paceOf({ ...untested, sendingSince: [] }, 30 * second)).toBe('untested');
    expect(paceOf({ ...untested, sendingSince: [0] }, second - 1)).toBe('untested');
    expect(paceOf({ ...untested, sendingSince: [0] }, second)).toBe('slow');
  });

  it('is what requests took of late, and slow as soon as more than a few hang', () => {
    const idle = { held: 0, sendingSince: [] };
    expect(paceOf({ ...idle, recentMs: second - 1 }, 0)).toBe('quick');
    expect(paceOf({ ...idle, recentMs: second }, 0)).toBe('slow');
    const quick = { held: 10, recentMs: 5 };
    expect(paceOf({ ...quick, sendingSince: sending(few) }, second)).toBe('quick');
    expect(paceOf({ ...quick, sendingSince: sending(few + 1) }, second - 1)).toBe('quick');
    expect(paceOf({ ...quick, sendingSince: sending(few + 1) }, second)).toBe('slow');
  });

  it('is slow after one deadline, and quick again after a few quick answers', () => {
    let recentMs = recentAfter(10, 30 * second);
    expect(recentMs).toBeGreaterThan(second);
    let answers = 0;
    for (; recentMs >= second; answers += 1) recentMs = recentAfter(recentMs, 10);
    expect(answers).toBeLessThanOrEqual(10);
  });

  it('does not suffer for long from a process that stood still', () => {
    expect(recentAfter(undefined, 3_600 * second)).toBe(limits.deliveryTimeoutMsMax);
  });
});

describe('room', () => {
  const pace = fc.constantFrom('quick' as const, 'untested' as const, 'slow' as const);
  const use = fc.record({
    held: fc.nat(60),
    sendingSince: fc.constant([]),
    recentMs: fc.option(fc.nat(30 * second), { nil: undefined }),
  });
  const taken = fc.record({ quick: fc.nat(200), untested: fc.nat(100), slow: fc.nat(100) });

  it('is never beyond what there is, nor beyond a tenth for one', () => {
    fc.assert(
      fc.property(use, pace, taken, (given, kind, held) => {
        const room = roomFor(given, kind, held);
        expect(room).toBeLessThanOrEqual(all - held.quick - held.untested - held.slow);
        expect(room + given.held).toBeLessThanOrEqual(
          Math.max(limits.localInFlightPerSubscriptionMax, given.held),
        );
      }),
    );
  });

  it('is there for one of whoever has none, however little is left to its kind', () => {
    expect(
      roomFor({ held: 0, sendingSince: [], recentMs: 30 * second }, 'slow', {
        ...nobody,
        slow: 199,
      }),
    ).toBe(1);
    expect(
      roomFor({ held: 0, sendingSince: [], recentMs: 5 }, 'quick', { ...nobody, quick: all - 1 }),
    ).toBe(1);
  });

  it('is nearly a tenth for one slow subscription alone, and less with each other one', () => {
    const places = createPlaces();
    const alone = someIds(1, 'alone');
    for (const id of alone) work(places, id, 5 * second);
    expect(fill(places, alone, 10 * second).get('alone0')!.length).toBeGreaterThan(30);
    const crowded = createPlaces();
    const many = someIds(50, 'many');
    for (const id of many) work(crowded, id, 5 * second);
    const held = [...fill(crowded, many, 10 * second).values()].map(({ length }) => length);
    expect(Math.min(...held)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...held)).toBeLessThan(6);
  });
});

describe('places', () => {
  it.each([12, 50, 400])('are left for others beside %d new tarpits that come at once', (count) => {
    const places = createPlaces();
    work(places, 'known');
    const tarpits = someIds(count, 'tarpit');
    for (const at of [0, second, 2 * second, 29 * second]) fill(places, tarpits, at);
    expect(places.free()).toBeGreaterThanOrEqual(all * (1 - limits.localUntestedRatio));
    expect(places.roomAt(29 * second).has('known')).toBe(true);
    expect(places.roomAt(29 * second).has('newcomer')).toBe(count < 100);
  });

  it.each([12, 50, 400])(
    'are left for newcomers once %d tarpits have shown what they are',
    (count) => {
      const places = createPlaces();
      const tarpits = someIds(count, 'tarpit');
      const tested = new Set<string>();
      let at = 0;
      for (; tested.size < count; at += 30 * second) {
        const ends = fill(places, tarpits, at);
        for (const [id, each] of ends) {
          if (each.length > 0) tested.add(id);
          for (const end of each) end(at + 30 * second);
        }
      }
      expect(at).toBeLessThanOrEqual(60 * second);
      fill(places, tarpits, at);
      expect(places.roomAt(at).has('newcomer')).toBe(true);
      expect(places.free()).toBeGreaterThanOrEqual(all * (1 - limits.localSlowRatio));
    },
  );

  it.each([12, 50])('are left where %d quick endpoints begin to hang all at once', (count) => {
    const places = createPlaces();
    const endpoints = someIds(count, 'quick');
    for (const id of [...endpoints, 'known']) work(places, id);
    fill(places, endpoints, second);
    expect(places.roomAt(second).has('known')).toBe(true);
    fill(places, endpoints, 3 * second);
    expect(places.roomAt(3 * second).has('known')).toBe(true);
    expect(places.free()).toBeGreaterThan(20);
  });

  it('never lack one for a slow subscription whose turn it is', () => {
    const places = createPlaces();
    const slow = someIds(400, 'slow');
    for (const id of slow) work(places, id, 5 * second);
    const served = new Set<string>();
    for (let at = 10 * second; served.size < slow.length; at += 30 * second) {
      const waiting = slow.filter((id) => !served.has(id));
      const ends = fill(places, waiting, at);
      for (const [id, each] of ends) if (each.length > 0) served.add(id);
      for (const each of [...ends.values()].flat()) each(at + 30 * second);
      expect(at).toBeLessThan(120 * second);
    }
  });

  it('are not got by work that sends nothing', () => {
    const places = createPlaces();
    for (let count = 0; count < 20; count += 1) places.take('new').free();
    expect(fill(places, ['new'], 0).get('new')).toHaveLength(few);
  });

  it('are all there for one another once all work has ended', () => {
    const places = createPlaces();
    const ends = fill(places, someIds(7, 'some'), 0);
    for (const each of [...ends.values()].flat()) each(5);
    expect(places.free()).toBe(all);
  });

  it('count what one receiving takes', () => {
    const places = createPlaces();
    const room = places.roomAt(0);
    for (let count = 0; count < few; count += 1) {
      expect(room.has('new')).toBe(true);
      room.take('new');
    }
    expect(room.has('new')).toBe(false);
    expect(places.roomAt(0).has('new')).toBe(true);
  });

  it('forget the pace of whoever was not heard of for longest', () => {
    const places = createPlaces();
    work(places, 'first');
    const fits = (id: string) => fill(places, [id], second).get(id)!;
    for (const end of fits('first')) end(second);
    for (const id of someIds(limits.localPacesKept, 'other')) work(places, id);
    expect(fits('first')).toHaveLength(few);
  });
});

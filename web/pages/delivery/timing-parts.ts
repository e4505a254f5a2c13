// The parts of an attempt's time. The API reports when each step finished, relative to the
// attempt's start; a step not needed (a reused connection) or not reached is null.
import type { Attempt } from '../../api/resources.ts';

export type TimingPart = { name: string; ms: number; tone: string };

export function timingParts({
  timings,
  duration_ms: total,
}: Pick<Attempt, 'timings' | 'duration_ms'>): TimingPart[] {
  const steps: [name: string, doneMs: number | null, tone: string][] = [
    ['DNS', timings.dns_ms, 'calm'],
    ['connect', timings.connect_ms, 'held'],
    ['TLS', timings.tls_ms, 'warn'],
    ['waiting', timings.first_byte_ms, 'good'],
    ['the rest', total, 'off'],
  ];
  const parts: TimingPart[] = [];
  let before = 0;
  for (const [name, doneMs, tone] of steps) {
    if (doneMs === null) continue;
    const ms = Math.max(doneMs - before, 0);
    before = Math.max(doneMs, before);
    if (ms > 0) parts.push({ name, ms, tone });
  }
  return parts;
}

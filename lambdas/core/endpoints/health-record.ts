// What a subscription keeps of its endpoint's health; `health.ts` has the rules.
import type { BacklogPace } from '../backlog/backlog.ts';

export type Circuit =
  | { state: 'closed'; since: number }
  /** `probeAt`: epoch ms of the next probe. `probes`: how many were sent since it opened; the last one's number. */
  | { state: 'open'; since: number; probeAt: number; probes: number };

export type HealthEventKind = 'circuit_opened' | 'circuit_closed' | 'backlog_drained' | 'disabled';

export type HealthEvent = { at: number; kind: HealthEventKind };

export type Health = {
  /** Epoch ms since which there is nothing but failures; null once an attempt succeeds. */
  failingSince: number | null;
  /** Epoch ms of a failure of late, the last or up to `limits.failureSeenMs` before it; null while nothing fails. */
  failureSeenAt: number | null;
  circuit: Circuit;
  /** The one job that may work on what is parked, and its next step; null when there is nothing to do. */
  backlogJob: { id: string; step: number; pace: BacklogPace } | null;
  /** Newest last. */
  history: readonly HealthEvent[];
};

export type HealthState = 'healthy' | 'failing' | 'open' | 'recovering' | 'inactive';

// What travels on the deliveries queue: ids, never payloads. A reader ignores fields it does not know,
// so that two versions of the code can share one queue during a deployment.
import * as z from 'zod';
import { healthEventKind } from './endpoints/health-resource.ts';

const base = {
  version: z.literal(1),
  tenant: z.string().min(1),
  /** Epoch ms of the first send; survives resending. */
  sentAt: z.number().int(),
  /** Epoch ms before which the message must not be handled. */
  dueAt: z.number().int(),
  /** Epoch ms of the last send, by the clock that set `dueAt`. */
  stampedAt: z.number().int().optional(),
  /** The queue could not wait until `dueAt`: the receiver resends it. */
  isHop: z.boolean().optional(),
  /** How often the message's row or job was looked for and not found yet. */
  looks: z.number().int().optional(),
};

/** Asks for one attempt. `attempt` counts from 1 within the cycle. */
export const attemptMessage = z.object({
  ...base,
  kind: z.literal('attempt'),
  deliveryId: z.string(),
  cycle: z.number().int().min(1),
  attempt: z.number().int().min(1),
  /**
   * Identifies the one message that proceeds among those for the same attempt; the row holds it
   * too.
   */
  turn: z.string(),
  /** The number of the probe that this attempt may be, while the circuit is open. */
  probe: z.number().int().optional(),
  /** Requested by a person: no pause of the endpoint holds it back. */
  isUrgent: z.boolean().optional(),
  /** Epoch ms of its slot under the subscription's rate limit. */
  slotAt: z.number().int().optional(),
  /** How often the service itself could not send it. */
  unsent: z.number().int().optional(),
});

/**
 * Works through the parked deliveries, one page per message: probes while the circuit is open,
 * sends once nothing holds them back.
 */
export const backlogMessage = z.object({
  ...base,
  kind: z.literal('backlog'),
  subscriptionId: z.string(),
  /** Only the job named in the subscription may work. */
  job: z.string(),
  /** Counts from 0; no step is taken twice. */
  step: z.number().int(),
  pace: z.enum(['recovery', 'resume']),
  cursor: z.string().nullable(),
  /** Epoch ms at which this pass through the backlog began. */
  passAt: z.number().int(),
  /**
   * When the circuit last changed, as the previous pass saw it: this pass has waited until
   * everybody knows.
   */
  waitedSince: z.number().int().optional(),
  /** Deliveries requested so far. */
  sent: z.number().int(),
  /** The subscription adopts it if it names no job. */
  adopted: z.boolean().optional(),
});

/** Cancels a deleted subscription's open deliveries, one page per message. */
export const cancelMessage = z.object({
  ...base,
  kind: z.literal('cancel'),
  subscriptionId: z.string(),
  cursor: z.string().nullable(),
});

/** Re-requests what a pause postponed, once a person has lifted it, one page per message. */
export const releaseMessage = z.object({
  ...base,
  kind: z.literal('release'),
  subscriptionId: z.string(),
  /** The subscription version that lifts the pause. */
  liftedBy: z.number().int(),
  cursor: z.string().nullable(),
});

/** Requests one step of a replay job. Steps run in order, counted from 1. */
export const replayMessage = z.object({
  ...base,
  kind: z.literal('replay'),
  replayId: z.string(),
  step: z.number().int().min(1),
});

/** Announces a change to the service's operator, once it is stored. */
export const announceMessage = z.object({
  ...base,
  kind: z.literal('announce'),
  subscriptionId: z.string(),
  change: z.discriminatedUnion('of', [
    /** An event of the subscription's history. */
    z.object({ of: z.literal('health'), event: healthEventKind, at: z.number().int() }),
    /** A delivery that failed in a cycle. */
    z.object({
      of: z.literal('delivery'),
      deliveryId: z.string(),
      cycle: z.number().int().min(1),
    }),
  ]),
});

export const queueMessage = z.discriminatedUnion('kind', [
  attemptMessage,
  backlogMessage,
  cancelMessage,
  releaseMessage,
  replayMessage,
  announceMessage,
]);

/** The envelope of a message of any version. */
export const messageEnvelope = z.object({ version: z.number().int(), kind: z.string() });

/** Identifies a message's owner if any of it is readable. */
export const messageOwner = z.object({ tenant: z.string().min(1).max(100) });

export type AttemptMessage = z.infer<typeof attemptMessage>;
export type BacklogMessage = z.infer<typeof backlogMessage>;
export type CancelMessage = z.infer<typeof cancelMessage>;
export type ReleaseMessage = z.infer<typeof releaseMessage>;
export type ReplayMessage = z.infer<typeof replayMessage>;
export type AnnounceMessage = z.infer<typeof announceMessage>;
export type QueueMessage = z.infer<typeof queueMessage>;

// What travels on the deliveries queue: ids, never payloads. A reader ignores fields it does not know,
// so that two versions of the code can share one queue during a deployment.
import * as z from 'zod';
import { healthEventKind } from './endpoints/health-resource.ts';

const base = {
  version: z.literal(1),
  tenant: z.string().min(1),
  /** Epoch ms of the first sending; survives re-sending. */
  sentAt: z.number().int(),
  /** Epoch ms before which the message must not be acted on. */
  dueAt: z.number().int(),
  /** Epoch ms of the last sending, by the clock that set `dueAt`. */
  stampedAt: z.number().int().optional(),
  /** The queue could not wait until `dueAt`: its receiver sends it on. */
  isHop: z.boolean().optional(),
  /** How often what the message belongs to was looked for, and was not there yet. */
  looks: z.number().int().optional(),
};

/** Asks for one attempt. `attempt` counts from 1 within the cycle. */
export const attemptMessage = z.object({
  ...base,
  kind: z.literal('attempt'),
  deliveryId: z.string(),
  cycle: z.number().int().min(1),
  attempt: z.number().int().min(1),
  /** Names the one message that goes on, among those that ask for the same attempt: the row holds it too. */
  turn: z.string(),
  /** The number of the probe that this attempt may be, while the circuit is open. */
  probe: z.number().int().optional(),
  /** A person asked for it: no pause that the endpoint asked for holds it back. */
  isUrgent: z.boolean().optional(),
  /** Epoch ms of the slot that it has under its subscription's rate limit. */
  slotAt: z.number().int().optional(),
  /** How often the service itself could not send it. */
  unsent: z.number().int().optional(),
});

/** Works on what is parked, one page a message: probes while the circuit is open, sends once nothing holds it back. */
export const backlogMessage = z.object({
  ...base,
  kind: z.literal('backlog'),
  subscriptionId: z.string(),
  /** Only the job that the subscription names may work. */
  job: z.string(),
  /** Counts from 0; a step that was taken before is not taken again. */
  step: z.number().int(),
  pace: z.enum(['recovery', 'resume']),
  cursor: z.string().nullable(),
  /** Epoch ms at which this pass through the backlog began. */
  passAt: z.number().int(),
  /** Since when the circuit was as it is, as the pass before saw it: this one has waited until all know of that. */
  waitedSince: z.number().int().optional(),
  /** Deliveries asked for so far. */
  sent: z.number().int(),
  /** The subscription takes it up where it names no job. */
  adopted: z.boolean().optional(),
});

/** Cancels the open deliveries of a subscription that was deleted, one page a message. */
export const cancelMessage = z.object({
  ...base,
  kind: z.literal('cancel'),
  subscriptionId: z.string(),
  cursor: z.string().nullable(),
});

/** Asks again for what a pause had put off, once a person has lifted it, one page a message. */
export const releaseMessage = z.object({
  ...base,
  kind: z.literal('release'),
  subscriptionId: z.string(),
  /** The version of the subscription with which the pause is lifted. */
  liftedBy: z.number().int(),
  cursor: z.string().nullable(),
});

/** Asks for one step of a replay job. A job does its steps in turn, counted from 1. */
export const replayMessage = z.object({
  ...base,
  kind: z.literal('replay'),
  replayId: z.string(),
  step: z.number().int().min(1),
});

/** Announces a change to whoever operates the service, once the change is stored. */
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

/** What a message of any version has. */
export const messageEnvelope = z.object({ version: z.number().int(), kind: z.string() });

/** What says whose a message is, if anything of it can be read. */
export const messageOwner = z.object({ tenant: z.string().min(1).max(100) });

export type AttemptMessage = z.infer<typeof attemptMessage>;
export type BacklogMessage = z.infer<typeof backlogMessage>;
export type CancelMessage = z.infer<typeof cancelMessage>;
export type ReleaseMessage = z.infer<typeof releaseMessage>;
export type ReplayMessage = z.infer<typeof replayMessage>;
export type AnnounceMessage = z.infer<typeof announceMessage>;
export type QueueMessage = z.infer<typeof queueMessage>;

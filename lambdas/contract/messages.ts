// What travels on the deliveries queue: ids, never payloads. A reader ignores fields it does not know,
// so that two versions of the code can share one queue during a deployment.
import * as z from 'zod';

const base = {
  version: z.literal(1),
  tenant: z.string().min(1),
  /** Epoch ms of the first sending; survives re-sending. */
  sentAt: z.number().int(),
  /** Epoch ms before which the message must not be acted on. */
  dueAt: z.number().int(),
};

/** Asks for one attempt. `attempt` counts from 1 within the cycle. */
export const attemptMessage = z.object({
  ...base,
  kind: z.literal('attempt'),
  deliveryId: z.string(),
  cycle: z.number().int().min(1),
  attempt: z.number().int().min(1),
  /** When it was first due, and what the row held, when it was put off: the row may not know the new time yet. */
  wasDueAt: z.number().int().optional(),
  rowDueAt: z.number().int().optional(),
});

/** Sends what is parked for a subscription that is active again, one page a message. */
export const drainMessage = z.object({
  ...base,
  kind: z.literal('drain'),
  subscriptionId: z.string(),
  cursor: z.string().nullable(),
});

/** Cancels the open deliveries of a subscription that was deleted, one page a message. */
export const cancelMessage = z.object({
  ...base,
  kind: z.literal('cancel'),
  subscriptionId: z.string(),
  cursor: z.string().nullable(),
});

/** Asks for one step of a replay job. A job does its steps in turn, counted from 1. */
export const replayMessage = z.object({
  ...base,
  kind: z.literal('replay'),
  replayId: z.string(),
  step: z.number().int().min(1),
});

export const queueMessage = z.discriminatedUnion('kind', [
  attemptMessage,
  drainMessage,
  cancelMessage,
  replayMessage,
]);

export type AttemptMessage = z.infer<typeof attemptMessage>;
export type DrainMessage = z.infer<typeof drainMessage>;
export type CancelMessage = z.infer<typeof cancelMessage>;
export type ReplayMessage = z.infer<typeof replayMessage>;
export type QueueMessage = z.infer<typeof queueMessage>;

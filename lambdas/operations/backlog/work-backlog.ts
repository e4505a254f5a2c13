// One step of a subscription's backlog job. While the circuit is open it announces a probe and
// waits for the next; once nothing holds the subscription back it requests the parked attempts, a
// page at a time and no faster than the endpoint is used to. Each step sends the next step's
// message first and is stored afterwards, so that no crash ends the job and no duplicate message
// doubles it. The job ends after a pass that began when no function could still park from an old
// memo of the subscription.
import { limits } from '../../contract/limits/limits.ts';
import { propagationMs } from '../../contract/limits/propagation.ts';
import type { BacklogMessage } from '../../contract/messages.ts';
import { drainRate, pageSize } from '../../core/backlog/backlog.ts';
import type { Delivery } from '../../core/deliveries/delivery.ts';
import { closed, probeDelayMs, withEvent } from '../../core/endpoints/health.ts';
import type { Circuit, Health } from '../../core/endpoints/health-record.ts';
import { isSubscriptionId, turnFrom } from '../../core/ids.ts';
import { lacksBacklogJob } from '../../core/ledger/overdue.ts';
import { plausible } from '../../core/shared/plausible.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { attemptRequest } from '../events/accept-event.ts';
import type { Context } from '../context.ts';
import { usualRateOf } from '../endpoints/get-health.ts';
import { replaceSubscription } from '../subscriptions/replace-subscription.ts';

/** The subscription may change between read and write. */
const triesMax = 3;

export async function workBacklog(context: Context, message: BacklogMessage): Promise<void> {
  const { tenant, subscriptionId } = message;
  if (!isSubscriptionId(subscriptionId)) return;
  const subscription = await context.subscriptions.get(tenant, subscriptionId);
  if (subscription === undefined) return;
  if (subscription.health.backlogJob?.id !== message.job) {
    return unnamed(context, message, subscription);
  }
  if (subscription.status === 'inactive' || !isTurnOf(message, subscription)) return;
  const { circuit } = subscription.health;
  if (circuit.state === 'closed') return drain(context, message, subscription);
  const now = context.clock.now();
  const probeAt = plausible(circuit.probeAt, now, limits.probeDelayMsMax);
  if (probeAt <= now) return probe(context, message, { subscription, circuit });
  await context.queue.send([{ ...message, dueAt: probeAt }]);
}

function unnamed(
  context: Context,
  message: BacklogMessage,
  subscription: Subscription,
): Promise<void> {
  const isTakenUp = message.adopted === true && lacksBacklogJob(subscription);
  return isTakenUp ? adopt(context, message, subscription) : awaitChange(context, message);
}

/**
 * Adopts a job that the ledger check sent for parked deliveries without one; its message then
 * works.
 */
async function adopt(
  context: Context,
  message: BacklogMessage,
  before: Subscription,
): Promise<void> {
  const { job: id, step, pace } = message;
  await context.queue.send([{ ...message, adopted: undefined }]);
  await replaceSubscription(context, before, {
    ...before,
    health: { ...before.health, backlogJob: { id, step, pace } },
    updatedAt: context.clock.now(),
    version: before.version + 1,
  });
}

/**
 * The change that names this job may not be stored yet. If it never is, or another job took over,
 * this job ends.
 */
async function awaitChange(context: Context, message: BacklogMessage): Promise<void> {
  const { looks = 0 } = message;
  if (looks > 0) return;
  const dueAt = context.clock.now() + propagationMs;
  await context.queue.send([{ ...message, looks: 1, dueAt }]);
}

/** The probe's message goes first: until the subscription announces its number, nobody sends it. */
async function probe(
  context: Context,
  message: BacklogMessage,
  found: { subscription: Subscription; circuit: Circuit & { state: 'open' } },
): Promise<void> {
  const { subscription, circuit } = found;
  const { tenant, id } = subscription;
  const now = context.clock.now();
  const { cursor } = message;
  const page = await context.deliveries.listParked(tenant, id, { limit: 1, cursor });
  const [delivery] = page.items;
  const next = { ...message, step: message.step + 1 };
  if (delivery !== undefined) {
    const probes = circuit.probes + 1;
    const probeAt = now + probeDelayMs(probes);
    const attempt = request(context, delivery, now + limits.jobDelayMs);
    await context.queue.send([
      { ...attempt, probe: probes },
      { ...next, cursor: page.nextCursor, dueAt: probeAt },
    ]);
    const announced = { ...circuit, probes, probeAt };
    await endStep(context, message, {
      subscription,
      change: (health) => ({ ...health, circuit: announced }),
    });
  } else {
    // Past the end, continue at the start. With nothing to probe with, the next event is the probe.
    await context.queue.send([{ ...next, cursor: null, dueAt: now + limits.jobDelayMs }]);
    const change = (health: Health) => (cursor === null ? closed(health, now) : health);
    await endStep(context, message, { subscription, change });
  }
}

async function drain(
  context: Context,
  message: BacklogMessage,
  subscription: Subscription,
): Promise<void> {
  const { tenant, id, health } = subscription;
  const now = context.clock.now();
  const rate = await rateOf(context, message, subscription);
  const { cursor } = message;
  const page = await context.deliveries.listParked(tenant, id, { limit: pageSize(rate), cursor });
  const spacingMs = 1_000 / rate;
  const endsAt = Math.ceil(now + page.items.length * spacingMs);
  const sent = message.sent + page.items.length;
  const passAt = cursor === null ? now : message.passAt;
  // This relies on no clock: the queue waited before this pass began.
  const { since } = health.circuit;
  const isLast = page.nextCursor === null && message.waitedSince === since;
  const waitedSince = page.nextCursor === null ? since : message.waitedSince;
  const place = nextStep(page.nextCursor, endsAt);
  const next = { ...message, ...place, waitedSince, looks: undefined, step: message.step + 1 };
  await context.queue.send([
    ...page.items.map((delivery, index) =>
      request(context, delivery, now + Math.floor(index * spacingMs)),
    ),
    ...(isLast ? [] : [{ ...next, sent, passAt }]),
  ]);
  context.log.info('backlog.worked', { tenant, subscriptionId: id, rate, sent, isLast });
  const change = (current: Health) => (isLast ? drained(current, sent, now) : current);
  await endStep(context, message, { subscription, change });
}

/**
 * A new pass waits until everything the last one requested has been attempted, so that nothing is
 * requested twice.
 */
function nextStep(
  nextCursor: string | null,
  endsAt: number,
): Pick<BacklogMessage, 'cursor' | 'dueAt'> {
  return { cursor: nextCursor, dueAt: nextCursor === null ? endsAt + propagationMs : endsAt };
}

function drained(health: Health, sent: number, now: number): Health {
  const idle = { ...health, backlogJob: null };
  return sent > 0 ? withEvent(idle, 'backlog_drained', now) : idle;
}

/** Records the step as taken, so that a duplicate of its message ends. */
async function endStep(
  context: Context,
  message: BacklogMessage,
  { subscription, change }: { subscription: Subscription; change: (health: Health) => Health },
): Promise<void> {
  const { tenant, id } = subscription;
  const { job, pace, step } = message;
  const backlogJob = { id: job, step: step + 1, pace };
  let current: Subscription | undefined = subscription;
  for (let tries = 0; tries < triesMax; tries += 1) {
    const done = await replaceSubscription(context, current, {
      ...current,
      health: change({ ...current.health, backlogJob }),
      updatedAt: context.clock.now(),
      version: current.version + 1,
    });
    if (done === 'replaced') return;
    current = await context.subscriptions.get(tenant, id);
    if (current === undefined || !isTurnOf(message, current)) return;
  }
  throw new Error('The subscription kept changing while storing a step of its backlog job');
}

function isTurnOf(message: BacklogMessage, { health }: Subscription): boolean {
  const job = health.backlogJob;
  return job !== null && job.id === message.job && message.step >= job.step;
}

async function rateOf(
  context: Context,
  { pace, sentAt }: BacklogMessage,
  { tenant, id, rateLimit, health }: Subscription,
): Promise<number> {
  const usual = await usualRateOf(context, { tenant, id });
  const freeSince = Math.max(sentAt, health.circuit.since);
  const rate = drainRate(pace, usual, context.clock.now() - freeSince);
  return Math.min(rate, rateLimit?.perSecond ?? Infinity);
}

function request(context: Context, delivery: Delivery, dueAt: number) {
  const turn = turnFrom(context.chance.bytes(5));
  return { ...attemptRequest(delivery, turn, context.clock.now()), dueAt };
}

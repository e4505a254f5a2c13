// Applies an attempt's verdict on its endpoint to the whole subscription: it is gone, fails too
// often, works again, or wants a pause. A failure here costs no attempt: the next one will say the
// same.
import { rememberLatest } from '../../core/shared/remember-latest.ts';
import { limits } from '../../contract/limits/limits.ts';
import { counted, judged, newWindow } from '../../core/endpoints/health.ts';
import type { Evidence, HealthChange, Sign } from '../../core/endpoints/health.ts';
import { turnFrom } from '../../core/ids.ts';
import { backlogJob } from '../../core/backlog/jobs.ts';
import { wantsNoMore } from '../../core/deliveries/outcome.ts';
import { plausible } from '../../core/shared/plausible.ts';
import type { SendResult } from '../../core/deliveries/send-result.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import type { AfterAttempt } from '../../core/deliveries/transitions.ts';
import { isFinal } from '../../core/deliveries/delivery.ts';
import type { Context } from '../context.ts';
import { replaceSubscription } from '../subscriptions/replace-subscription.ts';

/** Other workers may learn the same concurrently. */
const triesMax = 3;

export type EndpointReport = {
  after: AfterAttempt;
  result: SendResult;
  isProbe: boolean;
};

export async function applyFeedback(
  context: Context,
  subscription: Subscription,
  report: EndpointReport,
): Promise<void> {
  try {
    await heed(context, subscription, report);
  } catch (error) {
    const { tenant, id: subscriptionId } = subscription;
    context.log.error('endpoint.unheeded', { tenant, subscriptionId }, error);
  }
}

async function heed(
  context: Context,
  subscription: Subscription,
  report: EndpointReport,
): Promise<void> {
  const { tenant, id } = subscription;
  const evidence = evidenceOf(context, subscription, report);
  let current: Subscription | undefined = subscription;
  for (let tries = 0; tries < triesMax && current !== undefined; tries += 1) {
    const change = withHold(current, evidence, report.after);
    if (change === null) return;
    const { after, jobDueAt: dueAt } = change;
    if (dueAt !== null) {
      const { job, now } = evidence;
      await context.queue.send([backlogJob(after, { job, pace: 'recovery', dueAt }, now)]);
    }
    if ((await replaceSubscription(context, current, after)) === 'replaced') {
      logChange(context, change);
      return;
    }
    current = await context.subscriptions.get(tenant, id);
  }
}

function evidenceOf(
  context: Context,
  { tenant, id, health }: Subscription,
  report: EndpointReport,
): Evidence {
  const now = context.clock.now();
  const sign = signOf(report);
  const key = `${tenant} ${id}`;
  const known = context.attemptWindows.get(key);
  const failed = typeof sign === 'object';
  const isCounted = failed || sign === 'success';
  const window = isCounted ? counted(known, health, { failed, at: now }) : known;
  if (window !== undefined) {
    const most = limits.attemptWindowsMax;
    rememberLatest(context.attemptWindows, key, { value: window, most });
  }
  return {
    sign,
    isProbe: report.isProbe,
    window: window ?? newWindow(health.circuit, now),
    now,
    job: turnFrom(context.chance.bytes(5)),
  };
}

function signOf({ after, result, isProbe }: EndpointReport): Sign {
  if (wantsNoMore(result)) return 'gone';
  const { verdict, delivery } = after;
  if (verdict.kind === 'success') return 'success';
  if (verdict.kind === 'stop' || after.isPause) return 'neutral';
  // A probe tests whether the endpoint works again; one that asks for a pause does not.
  const isPersistent =
    !isProbe && (isFinal(delivery.status) || after.triesUsed >= limits.persistentFailureAttempts);
  return { failure: isPersistent ? 'persistent' : 'passing' };
}

/** A pause that the endpoint asked for survives any other change. */
function withHold(
  current: Subscription,
  evidence: Evidence,
  { verdict }: AfterAttempt,
): HealthChange | null {
  const change = judged(current, evidence);
  const until = verdict.kind === 'retry' ? verdict.notBefore : null;
  // Workers that learn the same at about the same time need not all store it.
  const { now } = evidence;
  const knownUntil =
    plausible(current.heldUntil ?? 0, now, limits.retryAfterMsMax) + limits.earlyToleranceMs;
  if (until === null || until <= knownUntil || current.status === 'inactive') return change;
  const { after, event, jobDueAt } = change ?? { ...untouched, after: current };
  const held = { ...after, heldUntil: until, updatedAt: now };
  return { after: { ...held, version: current.version + 1 }, event, jobDueAt };
}

const untouched = { event: null, jobDueAt: null };

function logChange(context: Context, { after, event }: HealthChange): void {
  const { tenant, id: subscriptionId, inactiveReason, heldUntil, health } = after;
  const name = event === null ? 'subscription.health_changed' : `subscription.${event}`;
  const { failingSince, circuit } = health;
  context.log.info(name, {
    tenant,
    subscriptionId,
    inactiveReason,
    heldUntil,
    failingSince,
    circuit: circuit.state,
  });
}

// Pauses, resumes or cancels a replay job on a person's request. A step in progress finishes first:
// what it has requested is still sent.
import type { ReplayId } from '../../core/ids.ts';
import { cancelJob, pauseJob, resumeJob, stepMessage } from '../../core/replays/replay-job.ts';
import type { ReplayJob } from '../../core/replays/replay-job.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';
import { findReplay } from './find-replay.ts';

type ReplayKey = { tenant: string; id: ReplayId };

/** A step may end between read and write; losing more often than this is a conflict. */
const triesMax = 5;

export function pauseReplay(context: Context, key: ReplayKey): Promise<ReplayJob> {
  return changeReplay(context, key, (job) => pauseJob(job, context.clock.now()));
}

/** The continuing message goes first, as everywhere: a running job always has one. */
export function resumeReplay(context: Context, key: ReplayKey): Promise<ReplayJob> {
  return changeReplay(context, key, async (job) => {
    const now = context.clock.now();
    const after = resumeJob(job, now);
    if (after === null) return null;
    await context.queue.send([stepMessage(after, now)]);
    return after;
  });
}

export function cancelReplay(context: Context, key: ReplayKey): Promise<ReplayJob> {
  const { retentionMs } = context.rules;
  return changeReplay(context, key, (job) =>
    cancelJob(job, { now: context.clock.now(), retentionMs }),
  );
}

async function changeReplay(
  context: Context,
  { tenant, id }: ReplayKey,
  change: (job: ReplayJob) => ReplayJob | null | Promise<ReplayJob | null>,
): Promise<ReplayJob> {
  for (let tries = 0; tries < triesMax; tries += 1) {
    const before = await findReplay(context, tenant, id);
    const after = await change(before);
    if (after === null) throw new ServiceError('conflict', `The replay is ${before.state}`);
    if ((await context.replays.replace(before, after)) === 'replaced') return after;
  }
  throw new ServiceError('conflict', 'The replay keeps changing; retry');
}

// The current replay job by id, or a 404.
import type { ReplayId } from '../../core/ids.ts';
import type { ReplayJob } from '../../core/replays/replay-job.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Context } from '../context.ts';

export async function findReplay(
  context: Pick<Context, 'replays'>,
  tenant: string,
  id: ReplayId,
): Promise<ReplayJob> {
  const job = await context.replays.get(tenant, id);
  if (job === undefined) throw new ServiceError('not-found', 'Replay not found');
  return job;
}

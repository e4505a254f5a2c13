// Handlers of the replay routes.
import type {
  NewReplay,
  ReplayResource,
  replayRoutes,
} from '../../contract/replays/replay-routes.ts';
import { rfc3339, rfc3339OrNull } from '../../contract/limits/time.ts';
import type { ReplayFilters, ReplayJob } from '../../core/replays/replay-job.ts';
import { cancelReplay, pauseReplay, resumeReplay } from '../../operations/replays/change-replay.ts';
import { createReplay } from '../../operations/replays/create-replay.ts';
import { findReplay } from '../../operations/replays/find-replay.ts';
import { replayIdFrom, subscriptionIdFrom } from '../http/params.ts';
import type { HandlersFor, RouteHandler } from '../http/route-handler.ts';

export const replayHandlers: HandlersFor<keyof typeof replayRoutes> = {
  createReplay: async (context, { caller, body }) => {
    const { per_second: perSecond, dry_run: dryRun } = body;
    const wish = { filters: filtersOf(body), perSecond, dryRun };
    const { count, job } = await createReplay(context, caller.tenant, wish);
    return {
      message: job === null ? 'Nothing was replayed: this was a dry run' : 'Replay started',
      ...count,
      replay: job === null ? null : replayResource(job),
    };
  },

  listReplays: async (context, { caller, query }) => {
    const { limit, cursor = null } = query;
    const page = await context.replays.list(caller.tenant, { limit, cursor });
    return { replays: page.items.map(replayResource), next_cursor: page.nextCursor };
  },

  getReplay: async (context, { caller, params }) => {
    const job = await findReplay(context, caller.tenant, replayIdFrom(params));
    return { replay: replayResource(job) };
  },

  pauseReplay: changing(pauseReplay, 'Replay paused'),
  resumeReplay: changing(resumeReplay, 'Replay resumed'),
  cancelReplay: changing(cancelReplay, 'Replay cancelled'),
};

function changing(
  change: typeof pauseReplay,
  message: string,
): RouteHandler<'pauseReplay' | 'resumeReplay' | 'cancelReplay'> {
  return async (context, { caller, params }) => {
    const job = await change(context, { tenant: caller.tenant, id: replayIdFrom(params) });
    return { message, replay: replayResource(job) };
  };
}

function filtersOf(body: NewReplay): ReplayFilters {
  const { subscription_id: id, event_type, error_code, since, until } = body;
  return {
    subscriptionId: id === null || id === undefined ? null : subscriptionIdFrom({ id }),
    statuses: [...new Set(body.status)],
    eventType: event_type ?? null,
    errorCode: error_code ?? null,
    since: since ?? null,
    until: until ?? null,
  };
}

function replayResource(job: ReplayJob): ReplayResource {
  const { filters } = job;
  return {
    id: job.id,
    state: job.state,
    subscription_id: filters.subscriptionId,
    status: [...filters.statuses],
    event_type: filters.eventType,
    error_code: filters.errorCode,
    since: rfc3339OrNull(filters.since),
    until: rfc3339OrNull(filters.until),
    per_second: job.perSecond,
    matched: job.matched,
    examined: job.examined,
    replayed: job.replayed,
    skipped: job.skipped,
    created_at: rfc3339(job.createdAt),
    updated_at: rfc3339(job.updatedAt),
    completed_at: rfc3339OrNull(job.completedAt),
  };
}

// The stored replay jobs, with conditions honoured as `core/ports.ts` says.
import type { ReplayStore } from '../../lambdas/core/ports.ts';
import type { ReplayJob } from '../../lambdas/core/replays/replay-job.ts';
import type { PortName } from './faults.ts';
import { call } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import { newestFirst } from './pages.ts';
import type { Database } from './store.ts';

type Access = { kernel: Kernel; database: Database; process: Process };

export function replayStore({ kernel, database, process }: Access): ReplayStore {
  const { replays, watch } = database;
  const put = (job: ReplayJob) => {
    const before = replays.get(job.id) ?? null;
    replays.set(job.id, job);
    watch.replayChanged(before, job);
  };
  const step = <Value>(
    port: PortName & `replays.${string}`,
    detail: () => string,
    apply: () => Value,
  ) => call(kernel, process, { port, about: [], detail, apply });
  return {
    create: (job) =>
      step(
        'replays.create',
        () => shownJob(job),
        () => {
          if (replays.has(job.id)) throw new Error('The id is taken');
          put(job);
        },
      ),
    get: (tenant, id) =>
      step(
        'replays.get',
        () => id,
        () => {
          const found = replays.get(id);
          return found?.tenant === tenant ? found : undefined;
        },
      ),
    replace: (before, after) =>
      step(
        'replays.replace',
        () => shownJob(after),
        () => {
          if (replays.get(before.id)?.version !== before.version) return 'superseded';
          put(after);
          return 'replaced';
        },
      ),
    countOpen: (tenant) =>
      step(
        'replays.countOpen',
        () => tenant,
        () => {
          const open = [...replays.values()].filter(({ completedAt }) => completedAt === null);
          return open.filter((job) => job.tenant === tenant).length;
        },
      ),
    list: (tenant, page) =>
      step(
        'replays.list',
        () => tenant,
        () =>
          newestFirst(
            [...replays.values()].filter((job) => job.tenant === tenant),
            page,
          ),
      ),
  };
}

export function shownJob({ id, state, step, examined, replayed, version }: ReplayJob): string {
  return `${id.slice(-7)} ${state} step ${step}, ${replayed} of ${examined} v${version}`;
}

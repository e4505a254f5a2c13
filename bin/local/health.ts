// The local server's health: here the disk is ours to watch, not AWS's.
import type { SqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import { ServiceError } from '../../lambdas/core/shared/service-error.ts';
import { serviceHandlers } from '../../lambdas/edge/handlers/service.ts';
import type { RouteHandler } from '../../lambdas/edge/http/route-handler.ts';
import type { RecentFailures } from './recent-failures.ts';

type Check = { isWell: () => boolean | Promise<boolean>; otherwise: string };

export function healthOf(
  { canWrite }: Pick<SqlitePorts, 'canWrite'>,
  failures: RecentFailures,
): RouteHandler<'getHealth'> {
  const checks: readonly Check[] = [
    {
      isWell: canWrite,
      otherwise:
        'The data directory is not writable: is the disk full, or was the directory removed?',
    },
    { isWell: () => !failures.hasSome(), otherwise: 'Requests failed within the last minute' },
  ];
  return async (context, call) => {
    for (const { isWell, otherwise } of checks) {
      if (!(await isWell())) throw new ServiceError('unavailable', otherwise);
    }
    return serviceHandlers.getHealth(context, call);
  };
}

// What the local server says of its health: here the disk is ours to watch, and not AWS's.
import type { SqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import { ServiceError } from '../../lambdas/core/service-error.ts';
import { serviceHandlers } from '../../lambdas/edge/service-handlers.ts';
import type { RouteHandler } from '../../lambdas/edge/route-handler.ts';

export function healthOf({ canWrite }: Pick<SqlitePorts, 'canWrite'>): RouteHandler<'getHealth'> {
  return async (context, call) => {
    if (await canWrite()) return serviceHandlers.getHealth(context, call);
    throw new ServiceError(
      'unavailable',
      'The data directory cannot be written: is its disk full?',
    );
  };
}

// One API request in one process: it is answered, or its process dies first.
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { ServiceError } from '../../lambdas/core/shared/service-error.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { Violation } from './facts.ts';
import { excuse, kill, onceAwake } from './kernel.ts';
import type { Process } from './kernel.ts';
import type { World } from './world.ts';

export type Answer<Value> =
  | { kind: 'done'; value: Value }
  | { kind: 'refused'; error: ServiceError }
  /** The request failed or its process died: the client cannot know what was done. */
  | { kind: 'broken' };

export type Server = { process: Process; context: Context; requests: Set<readonly DeliveryId[]> };

export function serve<Value>(
  world: World,
  server: Server,
  work: { about: readonly DeliveryId[]; operation: (context: Context) => Promise<Value> },
): Promise<Answer<Value>> {
  const { process, context } = server;
  const { kernel } = world;
  return new Promise((resolve, reject) => {
    server.requests.add(work.about);
    const end = (answer: Answer<Value>) => {
      process.onDeath.delete(die);
      server.requests.delete(work.about);
      resolve(answer);
    };
    const die = () => {
      end({ kind: 'broken' });
    };
    process.onDeath.add(die);
    kernel.timeline.after(limits.apiFunctionTimeoutMs, () => {
      if (!process.onDeath.has(die)) return;
      excuse(kernel, work.about);
      kill(kernel, process);
    });
    const fail = (error: unknown) => {
      if (error instanceof Violation) reject(error);
      else if (error instanceof ServiceError) end({ kind: 'refused', error });
      else end({ kind: 'broken' });
    };
    onceAwake(kernel, process, () => {
      work.operation(context).then((value) => {
        end({ kind: 'done', value });
      }, fail);
    });
  });
}

// Reports to an attempt's slot how long its requests take. The poller's async context tells which
// attempt a request belongs to, so the service need not pass it along.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Sender } from '../../lambdas/core/ports.ts';
import type { Place } from './places.ts';

const current = new AsyncLocalStorage<Place>();

export function runIn<Result>(place: Place, work: () => Result): Result {
  return current.run(place, work);
}

export function watched(sender: Sender): Sender {
  return {
    async send(request) {
      const place = current.getStore();
      place?.sendBegan(performance.now());
      try {
        return await sender.send(request);
      } finally {
        place?.sendEnded(performance.now());
      }
    },
  };
}

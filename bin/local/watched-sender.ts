// Tells the place that an attempt holds how long its requests take. Which attempt a request belongs to is known by the
// asynchronous context that the poller runs its work in, so nothing of the service has to carry it.
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

// Stamps every message with the sender's clock. `sentAt` survives resending, so it cannot tell
// whether the clock that set `dueAt` was right.
import type { Clock, DeliveryQueue } from '../core/ports.ts';

export function stampedQueue<Queue extends DeliveryQueue>(queue: Queue, clock: Clock): Queue {
  return {
    ...queue,
    send(messages) {
      const stampedAt = clock.now();
      return queue.send(messages.map((message) => ({ ...message, stampedAt, isHop: undefined })));
    },
  };
}

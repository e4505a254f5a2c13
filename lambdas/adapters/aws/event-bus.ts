// The event bus: EventBridge, where rules of the operator's pick events and send them on. It has no memory: an event that
// no rule picks is gone.
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { eventSource } from '../../contract/announcements/operational-events.ts';
import type { EventBus } from '../../core/ports.ts';
import { call } from './clients.ts';

export function openEventBus(client: EventBridgeClient, busName: string): EventBus {
  return {
    isHeard: true,
    async put(event) {
      const command = new PutEventsCommand({
        Entries: [
          {
            EventBusName: busName,
            Source: eventSource,
            DetailType: event.type,
            Detail: JSON.stringify(event),
            Time: new Date(event.timestamp),
          },
        ],
      });
      const result = await call('EventBridge PutEvents', () => client.send(command));
      // A refused entry is answered with 200 like any other.
      if (result.FailedEntryCount !== 0) {
        throw new Error(`EventBridge PutEvents failed: ${result.Entries?.[0]?.ErrorCode}`);
      }
    },
  };
}

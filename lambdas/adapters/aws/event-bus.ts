// The event bus: EventBridge, where the operator's rules match and forward events. It stores
// nothing: an event that no rule matches is gone.
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
      // A refused entry still gets a 200.
      if (result.FailedEntryCount !== 0) {
        throw new Error(`EventBridge PutEvents failed: ${result.Entries?.[0]?.ErrorCode}`);
      }
    },
  };
}

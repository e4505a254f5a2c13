// The development inbox's memory: what it received, by inbox, within bounds. It forgets the oldest first.
import type { Verified } from './verify-signature.ts';

export const inboxLimits = {
  inboxesMax: 50,
  requestsPerInboxMax: 200,
  bytesPerInboxMax: 4 * 1024 * 1024,
  /** Webhooks whose tries are counted, per inbox, for `?fail=`. */
  countedMax: 10_000,
} as const;

export type InboxRequest = {
  receivedAt: number;
  method: string;
  /** Path and query, as sent. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  verified: Verified;
  /** What the inbox answered. */
  status: number;
};

type Box = { requests: InboxRequest[]; bytes: number; tries: Map<string, number> };

export type Inbox = ReturnType<typeof createInbox>;

export function createInbox() {
  const boxes = new Map<string, Box>();

  function open(name: string): Box {
    const box = boxes.get(name) ?? { requests: [], bytes: 0, tries: new Map<string, number>() };
    // Deleted and set again, so that the box unused for longest comes first.
    boxes.delete(name);
    boxes.set(name, box);
    dropOldest(boxes, inboxLimits.inboxesMax);
    return box;
  }

  return {
    /** How often this webhook has come, this time included. */
    countTry(name: string, webhookId: string): number {
      const { tries } = open(name);
      const count = (tries.get(webhookId) ?? 0) + 1;
      tries.delete(webhookId);
      tries.set(webhookId, count);
      dropOldest(tries, inboxLimits.countedMax);
      return count;
    },
    add(name: string, request: InboxRequest): void {
      const box = open(name);
      box.requests.push(request);
      box.bytes += request.body.length;
      while (
        box.requests.length > inboxLimits.requestsPerInboxMax ||
        box.bytes > inboxLimits.bytesPerInboxMax
      ) {
        box.bytes -= box.requests.shift()?.body.length ?? 0;
      }
    },
    /** Newest first. */
    requests(name: string): readonly InboxRequest[] {
      return boxes.get(name)?.requests.toReversed() ?? [];
    },
    clear(name: string): void {
      boxes.delete(name);
    },
    /** Last used first. */
    list(): { name: string; requests: number }[] {
      return [...boxes]
        .map(([name, box]) => ({ name, requests: box.requests.length }))
        .toReversed();
    },
  };
}

function dropOldest(map: Map<string, unknown>, sizeMax: number): void {
  const [oldest] = map.keys();
  if (map.size > sizeMax && oldest !== undefined) map.delete(oldest);
}

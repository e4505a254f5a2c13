// The development inbox's memory: received requests per inbox, bounded over all inboxes. The oldest
// are evicted first.
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { Verified } from './verify-signature.ts';

const mb = 1024 * 1024;

export const inboxLimits = {
  inboxesMax: 50,
  requestsPerInboxMax: 200,
  bytesPerInboxMax: 4 * mb,
  /** Over all inboxes; counts everything kept of a request, headers and URL included. */
  bytesMax: 32 * mb,
  /** Webhooks per inbox whose tries are counted for `?fail=`. */
  countedMax: 2_000,
} as const;

export type InboxRequest = {
  receivedAt: number;
  method: string;
  /** Path and query, as sent. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  verified: Verified;
  /** The inbox's response. */
  status: number;
};

type Box = { requests: InboxRequest[]; bytes: number; tries: Map<string, number> };

export type Inbox = ReturnType<typeof createInbox>;

export function createInbox(bounds: typeof inboxLimits = inboxLimits) {
  const boxes = new Map<string, Box>();

  function open(name: string): Box {
    const box = boxes.get(name) ?? { requests: [], bytes: 0, tries: new Map<string, number>() };
    // Deleted and set again, so that the least recently used box comes first.
    boxes.delete(name);
    boxes.set(name, box);
    dropOldest(boxes, bounds.inboxesMax);
    return box;
  }

  function bytesOfAll(): number {
    return [...boxes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** From the least recently used box, which may be this one. */
  function forgetOldest(): void {
    const oldest = [...boxes.values()].find(({ requests }) => requests.length > 0);
    if (oldest !== undefined) shift(oldest);
  }

  return {
    /**
     * How often this webhook has arrived, including now. Requests without a delivery id count as
     * one.
     */
    countTry(name: string, webhookId: string): number {
      const { tries } = open(name);
      const id = isDeliveryId(webhookId) ? webhookId : '';
      const count = (tries.get(id) ?? 0) + 1;
      tries.delete(id);
      tries.set(id, count);
      dropOldest(tries, bounds.countedMax);
      return count;
    },
    add(name: string, request: InboxRequest): void {
      const box = open(name);
      box.requests.push(request);
      box.bytes += sizeOf(request);
      while (
        box.requests.length > bounds.requestsPerInboxMax ||
        box.bytes > bounds.bytesPerInboxMax
      ) {
        shift(box);
      }
      while (bytesOfAll() > bounds.bytesMax) forgetOldest();
    },
    /** Newest first. */
    requests(name: string): readonly InboxRequest[] {
      return boxes.get(name)?.requests.toReversed() ?? [];
    },
    clear(name: string): void {
      boxes.delete(name);
    },
    /** Most recently used first. */
    list(): { name: string; requests: number }[] {
      return [...boxes]
        .map(([name, box]) => ({ name, requests: box.requests.length }))
        .toReversed();
    },
  };
}

function shift(box: Box): void {
  const oldest = box.requests.shift();
  if (oldest !== undefined) box.bytes -= sizeOf(oldest);
}

function sizeOf({ url, headers, body }: InboxRequest): number {
  const ofHeaders = Object.entries(headers).reduce(
    (sum, [name, value]) => sum + name.length + value.length,
    0,
  );
  return url.length + ofHeaders + body.length;
}

function dropOldest(map: Map<string, unknown>, sizeMax: number): void {
  const [oldest] = map.keys();
  if (map.size > sizeMax && oldest !== undefined) map.delete(oldest);
}

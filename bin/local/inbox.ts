// The development inbox's memory: what it received, by inbox, within bounds over all of them. It forgets the oldest first.
import { isDeliveryId } from '../../lambdas/core/ids.ts';
import type { Verified } from './verify-signature.ts';

const mb = 1024 * 1024;

export const inboxLimits = {
  inboxesMax: 50,
  requestsPerInboxMax: 200,
  bytesPerInboxMax: 4 * mb,
  /** Of all inboxes; with all that is kept of a request, its headers and URL too. */
  bytesMax: 32 * mb,
  /** Webhooks whose tries are counted, per inbox, for `?fail=`. */
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
  /** What the inbox answered. */
  status: number;
};

type Box = { requests: InboxRequest[]; bytes: number; tries: Map<string, number> };

export type Inbox = ReturnType<typeof createInbox>;

export function createInbox(bounds: typeof inboxLimits = inboxLimits) {
  const boxes = new Map<string, Box>();

  function open(name: string): Box {
    const box = boxes.get(name) ?? { requests: [], bytes: 0, tries: new Map<string, number>() };
    // Deleted and set again, so that the box unused for longest comes first.
    boxes.delete(name);
    boxes.set(name, box);
    dropOldest(boxes, bounds.inboxesMax);
    return box;
  }

  function bytesOfAll(): number {
    return [...boxes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Of the box unused for longest, which may be this very one. */
  function forgetOldest(): void {
    const oldest = [...boxes.values()].find(({ requests }) => requests.length > 0);
    if (oldest !== undefined) shift(oldest);
  }

  return {
    /** How often this webhook has come, this time included. What has no id of a delivery counts as one. */
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
    /** Last used first. */
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

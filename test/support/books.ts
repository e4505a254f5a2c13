// The books of a fault test: what the service promised with a 202, what its receiver got, and whether the two balance.
import type { Api, Output } from './api.ts';
import type { Reply } from './http-client.ts';
import type { Answer, Receiver } from './receiver.ts';
import { until } from './until.ts';

type Delivery = Output<'listDeliveries'>['deliveries'][number];

export type Balance = {
  /** Events that were answered 202. */
  accepted: number;
  /** Accepted; the receiver answered 2xx, and the service says so. */
  delivered: number;
  /** Accepted; ended as `failed` after every attempt of the schedule. */
  exhausted: number;
  /** Accepted, and neither delivered nor exhausted: what is stuck among them. */
  undelivered: number;
  /** Accepted, and without an end. */
  stuck: number;
  /** Requests that the receiver answered 2xx, beyond the first of each delivery. */
  duplicates: number;
  /** By delivery: requests that the receiver got and the service recorded no attempt for, where there are any. */
  unrecorded: ReadonlyMap<string, number>;
};

export type Books = {
  accepted: readonly string[];
  /** How many requests the receiver has got. */
  requestCount(): number;
  /** Publishes an event. Null where the connection broke: nothing was promised then. */
  publish(api: Api): Promise<Reply | null>;
  /** Resolves when every delivery has ended, or rejects after `timeoutMs`. */
  settled(api: Api, timeoutMs: number): Promise<void>;
  balance(api: Api): Promise<Balance>;
};

/** Opens books on a new subscription, whose endpoint gives these answers by turns; the last one repeats. */
export async function openBooks(
  api: Api,
  receiver: Receiver,
  { answers, retrySchedule }: { answers: readonly Answer[]; retrySchedule: readonly number[] },
): Promise<Books> {
  const endpoint = receiver.endpoint(...answers);
  const body = { target_url: endpoint.url, retry_schedule: retrySchedule };
  const { subscription } = await api.call('createSubscription', { body });
  const { id } = subscription;
  const accepted: string[] = [];
  let published = 0;

  const answerTo = (n: number): Answer => answers[Math.min(n, answers.length - 1)] ?? {};

  return {
    accepted,
    requestCount: () => endpoint.requests.length,
    async publish(by) {
      try {
        const reply = await by.ask('ingest', { id, body: { n: (published += 1) } });
        const { delivery_id } = reply.json as { delivery_id?: string };
        if (reply.status === 202 && delivery_id !== undefined) accepted.push(delivery_id);
        return reply;
      } catch {
        return null;
      }
    },
    async settled(by, timeoutMs) {
      const hasEnded = async () => {
        for (const status of ['pending', 'retrying', 'parked']) {
          const query = { subscription_id: id, status, limit: 1 };
          const { deliveries } = await by.call('listDeliveries', { query });
          if (deliveries.length > 0) return undefined;
        }
        return true;
      };
      await until('every delivery has ended', hasEnded, timeoutMs);
    },
    async balance(by) {
      const deliveries = await allDeliveries(by, id);
      const requests = endpoint.requests.map(({ headers }, n) => ({
        id: headers['webhook-id'] ?? '',
        taken: wasTaken(answerTo(n)),
        reset: answerTo(n).instead === 'reset',
      }));
      return balanceOf({ accepted, deliveries, requests, attemptsMax: retrySchedule.length + 1 });
    },
  };
}

/** Whether it is a 2xx. */
function wasTaken({ status = 200, instead }: Answer): boolean {
  return instead === undefined && status < 300;
}

type Entries = {
  accepted: readonly string[];
  deliveries: ReadonlyMap<string, Delivery>;
  requests: readonly { id: string; taken: boolean; reset: boolean }[];
  attemptsMax: number;
};

function balanceOf({ accepted, deliveries, requests, attemptsMax }: Entries): Balance {
  const sent = countById(requests);
  const taken = countById(requests.filter((request) => request.taken));
  const isDelivered = (id: string) =>
    deliveries.get(id)?.status === 'delivered' && (taken.get(id) ?? 0) > 0;
  const isExhausted = (id: string) => {
    const { status, attempt_count } = deliveries.get(id) ?? {};
    return status === 'failed' && attempt_count === attemptsMax;
  };
  const isOpen = (id: string) => (deliveries.get(id)?.completed_at ?? null) === null;
  const delivered = accepted.filter(isDelivered).length;
  const exhausted = accepted.filter(isExhausted).length;
  // Where a connection that was kept closes without a word, the attempt goes on over another one.
  const repeated = countById(requests.filter((request) => request.reset));
  const unrecorded = [...sent]
    .map(([id, count]) => [id, count - (repeated.get(id) ?? 0)] as const)
    .map(([id, count]) => [id, count - (deliveries.get(id)?.attempt_count ?? 0)] as const)
    .filter(([, count]) => count > 0);
  return {
    accepted: accepted.length,
    delivered,
    exhausted,
    undelivered: accepted.length - delivered - exhausted,
    stuck: accepted.filter(isOpen).length,
    duplicates: [...taken.values()].reduce((sum, count) => sum + count - 1, 0),
    unrecorded: new Map(unrecorded),
  };
}

export function countById(entries: Iterable<{ id: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { id } of entries) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function allDeliveries(api: Api, subscriptionId: string): Promise<Map<string, Delivery>> {
  const found = new Map<string, Delivery>();
  const page = { subscription_id: subscriptionId, limit: 100 };
  for (let query: Record<string, string | number> = page; ;) {
    const { deliveries, next_cursor: cursor } = await api.call('listDeliveries', { query });
    for (const delivery of deliveries) found.set(delivery.id, delivery);
    if (cursor === null) return found;
    query = { ...page, cursor };
  }
}

/** One in four requests fails, one in three is slow; in the end all are well. */
export function moodyAnswers(count: number): Answer[] {
  const moody = Array.from({ length: count }, (): Answer => {
    const chance = Math.random();
    const delayMs = Math.random() < 1 / 3 ? Math.round(400 * Math.random()) : 0;
    if (chance < 0.05) return { instead: 'reset', delayMs };
    return { status: chance < 0.25 ? 500 : 200, delayMs };
  });
  return [...moody, {}];
}

/** The books in one line of a test's output. */
export function inOneLine(title: string, figures: object): string {
  const shown = Object.entries(figures)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${value} ${name}`);
  return `${title}: ${shown.join(', ')}`;
}

// What every benchmark measures: a local server of its own, and in this process who sends to it and who receives.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { send } from '../test/support/http-client.ts';
import { startLocalServer, temporaryDirectory } from '../test/support/local-server.ts';

const eventBytes = 1_024;

export type Accepted = {
  acceptedMs: number;
  /** From the call, too, until the endpoint has the whole event, in ms. */
  delivered: Promise<number>;
};

export type Service = {
  subscribe: (targetUrl: string, fields?: object) => Promise<string>;
  /** Resolves when the event is accepted. */
  send: (subscriptionId: string) => Promise<Accepted>;
  endpointUrl: string;
  /** It accepts connections and requests, and answers none. */
  silentUrl: string;
};

/** A new server for each measurement, so that none inherits the work of the one before. */
export async function withService<Result>(
  measure: (service: Service) => Promise<Result>,
): Promise<Result> {
  const data = await temporaryDirectory();
  const arrivals = new Map<number, (at: number) => void>();
  const endpoint = await listening(
    createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { number } = JSON.parse(Buffer.concat(chunks).toString()) as { number: number };
        arrivals.get(number)?.(performance.now());
        arrivals.delete(number);
        response.end();
      });
    }),
  );
  const silent = await listening(createServer((request) => request.resume()));
  const server = await startLocalServer({ DATA_DIR: data.path, API_AUTH: 'off' });
  try {
    return await measure({
      ...client(server.url, arrivals),
      endpointUrl: urlOf(endpoint),
      silentUrl: urlOf(silent),
    });
  } finally {
    await server.stop('SIGKILL');
    for (const each of [endpoint, silent]) {
      each.closeAllConnections();
      each.close();
    }
    await data.remove();
  }
}

function client(url: string, arrivals: Map<number, (at: number) => void>) {
  let count = 0;

  async function post(path: string, body: unknown): Promise<unknown> {
    const headers = { 'Content-Type': 'application/json' };
    const question = { method: 'POST', url: url + path, headers, body: JSON.stringify(body) };
    const { status, text, json } = await send(question);
    if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`);
    return json;
  }

  return {
    subscribe: async (targetUrl: string, fields: object = {}): Promise<string> => {
      const reply = await post('/api/subscriptions', { target_url: targetUrl, ...fields });
      return (reply as { subscription: { id: string } }).subscription.id;
    },
    send: async (subscriptionId: string): Promise<Accepted> => {
      const event = { number: (count += 1), filling: '' };
      event.filling = 'x'.repeat(eventBytes - JSON.stringify(event).length);
      const arrived = new Promise<number>((resolve) => arrivals.set(event.number, resolve));
      const startedAt = performance.now();
      await post(`/api/ingest/${subscriptionId}`, event);
      const acceptedMs = performance.now() - startedAt;
      return { acceptedMs, delivered: arrived.then((at) => at - startedAt) };
    },
  };
}

/** Calls at an even pace, however long the calls take. */
export async function paced<Result>(
  pace: { perSecond: number; seconds: number },
  call: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const startedAt = performance.now();
  const calls: Promise<Result>[] = [];
  for (let index = 0; index < pace.perSecond * pace.seconds; index += 1) {
    const startsAt = startedAt + (index * 1_000) / pace.perSecond;
    await wait(Math.max(0, startsAt - performance.now()));
    calls.push(call(index));
  }
  return Promise.all(calls);
}

async function listening(server: Server): Promise<Server> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

// A webhook receiver: an HTTP server that records every request byte for byte and answers as it is told.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export type Received = {
  method: string;
  /** Path and query, as sent. */
  url: string;
  headers: Readonly<Record<string, string>>;
  /** Names and values by turns, as sent. */
  rawHeaders: readonly string[];
  body: Buffer;
  /** Epoch ms at which the whole body was there. */
  at: number;
};

export type Answer = {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
  delayMs?: number;
  /** `hang` never answers; `reset` closes the connection without a word. */
  instead?: 'hang' | 'reset';
};

export type Place = { host: string; port: number; publicUrl: string | null };

export type Receiver = {
  /** A path that nobody else uses, answered by the given sequence; the last answer repeats, 200 by default. */
  endpoint(...answers: Answer[]): Endpoint;
  close(): Promise<void>;
};

export type Endpoint = {
  url: string;
  requests: readonly Received[];
  /** From now on. */
  answer(...answers: Answer[]): void;
  /** Resolves as soon as that many requests have come. */
  received(count: number, timeoutMs: number): Promise<readonly Received[]>;
};

type Slot = { requests: Received[]; answers: Answer[]; waiters: Set<() => void> };

export async function startReceiver(place: Partial<Place> = {}): Promise<Receiver> {
  const { host = '127.0.0.1', port = 0, publicUrl = null } = place;
  const slots = new Map<string, Slot>();
  const closing = new AbortController();

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = await record(request);
    const slot = slots.get(received.url.split('?')[0] ?? '');
    if (slot === undefined) return void response.writeHead(404).end();
    slot.requests.push(received);
    const answer = (slot.answers.length > 1 ? slot.answers.shift() : slot.answers[0]) ?? {};
    for (const wake of slot.waiters) wake();
    if (answer.delayMs !== undefined) {
      await wait(answer.delayMs, undefined, { signal: closing.signal });
    }
    if (answer.instead === 'reset') request.socket.resetAndDestroy();
    if (answer.instead === undefined) write(response, answer);
  }

  const bindTo = host === '127.0.0.1' ? host : '0.0.0.0';
  await new Promise<void>((resolve) => server.listen(port, bindTo, resolve));
  const base = publicUrl ?? `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    endpoint(...answers) {
      const path = `/${crypto.randomUUID()}`;
      const slot: Slot = { requests: [], answers, waiters: new Set() };
      slots.set(path, slot);
      return endpointOf(`${base}${path}`, slot);
    },
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A port of this machine where nobody listens: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status ?? 200, { ...answer.headers }).end(answer.body ?? '');
}

function endpointOf(url: string, slot: Slot): Endpoint {
  return {
    url,
    requests: slot.requests,
    answer: (...answers) => {
      slot.answers = answers;
    },
    received: (count, timeoutMs) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          slot.waiters.delete(check);
          const got = slot.requests.length;
          reject(new Error(`Not within ${timeoutMs} ms: request ${count} (${got} came)`));
        }, timeoutMs);
        const check = () => {
          if (slot.requests.length < count) return;
          clearTimeout(timer);
          slot.waiters.delete(check);
          resolve(slot.requests);
        };
        slot.waiters.add(check);
        check();
      }),
  };
}

async function record(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    rawHeaders: request.rawHeaders,
    body: Buffer.concat(chunks),
    at: Date.now(),
  };
}

// What hosts that mean ill, or are ill, do to the others: four paths of one host that hang, to a fifth; and a server whose
// handshakes are as dear as the sender lets them be, to all. The ratios are those of one run.
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { limits } from '../lambdas/contract/limits/limits.ts';
import { dearChain } from './dear-chain.ts';
import { paced, withService } from './service.ts';

const hangingPaths = 4;
const eventsEach = 45;
const sharedEvents = 50;
const patienceMs = 20_000;
const perSecond = 20;
const seconds = 10;
const dearEvents = 60;
/** For what surrounds the certificates. */
const handshakeBytes = 1_700;

export async function hostileHosts(): Promise<void> {
  await sharedHost();
  await dearHandshakes();
}

async function sharedHost(): Promise<void> {
  const attempts: number[] = [];
  const server = createServer((request, response) => {
    request.resume();
    if (request.url !== '/works') return;
    attempts.push(Number(request.headers['x-webhook-attempt']));
    response.end();
  });
  const url = await listening(server);
  await withService(async ({ subscribe, send }) => {
    for (let path = 0; path < hangingPaths; path += 1) {
      const id = await subscribe(`http://${url}/hangs/${path}`, { timeout_ms: 30_000 });
      for (let sent = 0; sent < eventsEach; sent += 1) await send(id);
    }
    const works = await subscribe(`http://${url}/works`, { retry_schedule: [1, 1] });
    const startedAt = performance.now();
    await paced({ perSecond, seconds: sharedEvents / perSecond }, () => send(works));
    while (attempts.length < sharedEvents && performance.now() < startedAt + patienceMs) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  server.closeAllConnections();
  server.close();
  const burnt = attempts.reduce((sum, attempt) => sum + attempt - 1, 0);
  console.log(
    `Shared host: beside ${hangingPaths} paths that hang, ${attempts.length} of ${sharedEvents} events of a fifth ` +
      `were delivered, ${burnt} attempts burnt (all and none are wanted)`,
  );
}

async function dearHandshakes(): Promise<void> {
  const chain = dearChain(limits.serverGreetingBytesMax - handshakeBytes);
  let handshakes = 0;
  const server = createTlsServer(chain).on('tlsClientError', () => (handshakes += 1));
  const url = await listening(server);
  await withService(async ({ subscribe, send, endpointUrl }) => {
    const healthy = await subscribe(endpointUrl);
    const waits: number[] = [];
    const sendOne = async () => {
      const { acceptedMs, delivered } = await send(healthy);
      waits.push(acceptedMs);
      return delivered;
    };
    const worst = async (): Promise<{ request: number; delivery: number }> => {
      waits.length = 0;
      const deliveries = await paced({ perSecond, seconds }, sendOne);
      return { request: Math.max(...waits), delivery: Math.max(...deliveries) };
    };
    await paced({ perSecond, seconds: 2 }, sendOne); // The code gets warm.
    const alone = await worst();
    const dear = await subscribe(`https://${url}/`, { retry_schedule: [1, 1, 1] });
    for (let sent = 0; sent < dearEvents; sent += 1) await send(dear);
    const beside = await worst();
    console.log(
      `Dear handshakes: beside ${handshakes} of them a request waited ${beside.request.toFixed(0)} ms at worst ` +
        `(alone ${alone.request.toFixed(0)} ms, ratio ${(beside.request / alone.request).toFixed(1)}; at most 100 ms are ` +
        `wanted), a delivery ${beside.delivery.toFixed(0)} ms (alone ${alone.delivery.toFixed(0)} ms)`,
    );
  });
  server.close();
}

/** Host and port. */
async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

// What many endpoints that take the connection and say nothing do to the others, all of them at once and with the longest
// deadline: to an endpoint that is known to be quick, and to a newcomer. The ratio is that of one run.
import { median, quantileOf } from './latencies.ts';
import { paced, withService } from './service.ts';
import type { Service } from './service.ts';

const counts = [12, 50, 400];
const eventsEach = 60;
const timeoutMs = 30_000;
const perSecond = 20;
const aloneSeconds = 10;
/** Past the first deadlines, and what they free. */
const besideSeconds = timeoutMs / 1_000 + 10;
const newcomers = 5;
const callers = 16;

export async function tarpits(): Promise<void> {
  console.log(`Tarpits: event to delivery at ${perSecond} events/s, of one run each`);
  for (const count of counts) await withService((service) => beside(service, count));
}

async function beside(service: Service, count: number): Promise<void> {
  const { subscribe, send, endpointUrl, silentUrl } = service;
  const healthy = await subscribe(endpointUrl);
  const sendOne = async () => (await send(healthy)).delivered;
  // The first events warm the code up.
  await paced({ perSecond, seconds: 2 }, sendOne);
  const alone = await paced({ perSecond, seconds: aloneSeconds }, sendOne);
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    ids.push(await subscribe(silentUrl, { timeout_ms: timeoutMs }));
  }
  await burst(service, ids);
  const newcomer = async () => (await send(await subscribe(endpointUrl))).delivered;
  const [latencies, firsts] = await Promise.all([
    paced({ perSecond, seconds: besideSeconds }, sendOne),
    paced({ perSecond: newcomers / besideSeconds, seconds: besideSeconds }, newcomer),
  ]);
  const p99 = (values: number[]) => quantileOf([values], 0.99);
  console.log(
    `  beside ${String(count).padEnd(4)} p99 ${p99(latencies).toFixed(1)} ms, alone ${p99(alone).toFixed(1)} ms, ` +
      `ratio ${(p99(latencies) / p99(alone)).toFixed(2)}; a newcomer's first event ` +
      `${median(firsts).toFixed(1)} ms, at worst ${Math.max(...firsts).toFixed(1)} ms`,
  );
}

/** Accepted as fast as the server takes them, the endpoints by turns. */
async function burst({ send }: Service, ids: readonly string[]): Promise<void> {
  let next = 0;
  async function caller(): Promise<void> {
    while (next < ids.length * eventsEach) {
      next += 1;
      // Nobody waits for what is never delivered.
      await send(ids[next % ids.length] ?? '');
    }
  }
  await Promise.all(Array.from({ length: callers }, caller));
}

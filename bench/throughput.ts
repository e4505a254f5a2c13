// How many events of 1 KB the local server takes and delivers while so many callers send without a pause.
import { described, quantileOf } from './latencies.ts';
import { withService } from './service.ts';
import type { Accepted } from './service.ts';

const rounds = 3;
const eventsPerRound = 2_000;
const callers = 16;

type Round = {
  acceptedPerSecond: number;
  deliveredPerSecond: number;
  acceptedMs: number[];
  deliveredMs: number[];
};

export async function throughput(): Promise<void> {
  const measured = await withService(async ({ subscribe, send, endpointUrl }) => {
    const subscription = await subscribe(endpointUrl);
    const results: Round[] = [];
    // The first round warms the code up.
    for (let count = 0; count <= rounds; count += 1) {
      const result = await round(() => send(subscription));
      if (count > 0) results.push(result);
    }
    return results;
  });
  const perSecond = (rates: number[]) =>
    `${quantileOf(
      rates.map((rate) => [rate]),
      0.5,
    ).toFixed(0)} events/s`;
  const accepted = measured.map(({ acceptedMs }) => acceptedMs);
  const delivered = measured.map(({ deliveredMs }) => deliveredMs);
  console.log(`Throughput: events of 1 KB from ${callers} callers, medians of ${rounds} rounds`);
  console.log(
    `  accepted    ${perSecond(measured.map((each) => each.acceptedPerSecond))}, ${described(accepted)}`,
  );
  console.log(
    `  delivered   ${perSecond(measured.map((each) => each.deliveredPerSecond))}, ${described(delivered)}`,
  );
}

async function round(send: () => Promise<Accepted>): Promise<Round> {
  const startedAt = performance.now();
  const perSecond = () => (1_000 * eventsPerRound) / (performance.now() - startedAt);
  const sent: Accepted[] = [];
  let started = 0;
  async function caller(): Promise<void> {
    while ((started += 1) <= eventsPerRound) sent.push(await send());
  }
  await Promise.all(Array.from({ length: callers }, caller));
  const acceptedPerSecond = perSecond();
  const deliveredMs = await Promise.all(sent.map(({ delivered }) => delivered));
  const deliveredPerSecond = perSecond();
  const acceptedMs = sent.map((each) => each.acceptedMs);
  return { acceptedPerSecond, deliveredPerSecond, acceptedMs, deliveredMs };
}

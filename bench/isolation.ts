// What an endpoint that never answers, at half of the traffic, does to the others. All phases send the same events to
// healthy endpoints; two send as many again to one more endpoint, which answers in one of them and is silent in the
// other. So one ratio tells what the silence does, and the other what the traffic itself does. The ratios are those of
// one run, so a slow machine does not change them.
import { described, quantileOf } from './latencies.ts';
import { paced, withService } from './service.ts';

const rounds = 5;
const healthyEndpoints = 4;
const perSecond = 50;
const measuredSeconds = 8;
/** Before it is measured: the code gets warm, and the silent endpoint takes all that it can. */
const warmUpSeconds = 4;

type Neighbour = 'none' | 'answering' | 'silent';

const neighbours: readonly Neighbour[] = ['none', 'answering', 'silent'];

export async function isolation(): Promise<void> {
  const results: Record<Neighbour, number[][]> = { none: [], answering: [], silent: [] };
  for (let round = 0; round < rounds; round += 1) {
    // By turns, which of them comes first.
    const turn = neighbours.map((_, index) => neighbours[(index + round) % neighbours.length]);
    for (const neighbour of turn) {
      if (neighbour !== undefined) results[neighbour].push(await phase(neighbour));
    }
  }
  const p99 = (neighbour: Neighbour) => quantileOf(results[neighbour], 0.99);
  console.log(`Isolation: event to delivery at ${perSecond} events/s, medians of ${rounds} rounds`);
  console.log(`  alone                        ${described(results.none)}`);
  console.log(`  beside one that answers      ${described(results.answering)}`);
  console.log(`  beside one that is silent    ${described(results.silent)}`);
  const silence = (p99('silent') / p99('answering')).toFixed(2);
  console.log(`  p99, silent to answering     ${silence} (at most 1.5 is wanted)`);
  console.log(`  p99, silent to alone         ${(p99('silent') / p99('none')).toFixed(2)}`);
}

async function phase(neighbour: Neighbour): Promise<number[]> {
  let latencies: number[] = [];
  await withService(async ({ subscribe, send, endpointUrl, silentUrl }) => {
    const healthy = await Promise.all(
      Array.from({ length: healthyEndpoints }, () => subscribe(endpointUrl)),
    );
    const other = await subscribe(neighbour === 'silent' ? silentUrl : endpointUrl);
    const sendBoth = async (index: number) => {
      const [sent] = await Promise.all([
        send(healthy[index % healthyEndpoints] ?? ''),
        neighbour === 'none' ? undefined : send(other),
      ]);
      return sent.delivered;
    };
    await paced({ perSecond, seconds: warmUpSeconds }, sendBoth);
    latencies = await paced({ perSecond, seconds: measuredSeconds }, sendBoth);
  });
  return latencies;
}

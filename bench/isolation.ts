// What an endpoint that never answers does to the others. Both phases send the same events to healthy endpoints; the
// second sends as many again to the silent one. The ratio is that of one run, so a slow machine does not change it.
import { described, quantileOf } from './latencies.ts';
import { paced, withService } from './service.ts';

const rounds = 5;
const healthyEndpoints = 4;
const perSecond = 50;
const measuredSeconds = 8;
/** Before it is measured: the code gets warm, and the silent endpoint takes all that it can. */
const warmUpSeconds = 4;

export async function isolation(): Promise<void> {
  const alone: number[][] = [];
  const besideSilent: number[][] = [];
  for (let round = 0; round < rounds; round += 1) {
    // By turns, which of them comes first.
    const phases = [() => phase(false, alone), () => phase(true, besideSilent)];
    for (const run of round % 2 === 0 ? phases : phases.toReversed()) await run();
  }
  const ratio = quantileOf(besideSilent, 0.99) / quantileOf(alone, 0.99);
  console.log(`Isolation: event to delivery at ${perSecond} events/s, medians of ${rounds} rounds`);
  console.log(`  alone                      ${described(alone)}`);
  console.log(`  beside a silent endpoint   ${described(besideSilent)}`);
  console.log(`  ratio of p99               ${ratio.toFixed(2)} (at most 1.5 is wanted)`);
}

async function phase(isBesideSilent: boolean, results: number[][]): Promise<void> {
  await withService(async ({ subscribe, send, endpointUrl, silentUrl }) => {
    const healthy = await Promise.all(
      Array.from({ length: healthyEndpoints }, () => subscribe(endpointUrl)),
    );
    const silent = await subscribe(silentUrl);
    const sendBoth = async (index: number) => {
      const [sent] = await Promise.all([
        send(healthy[index % healthyEndpoints] ?? ''),
        isBesideSilent ? send(silent) : undefined,
      ]);
      return sent.delivered;
    };
    await paced({ perSecond, seconds: warmUpSeconds }, sendBoth);
    results.push(await paced({ perSecond, seconds: measuredSeconds }, sendBoth));
  });
}

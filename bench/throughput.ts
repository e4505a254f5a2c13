// How many events of 1 KB the local server takes and delivers when so many calls run at once, without a pause.
import { described } from './latencies.ts';
import { withService } from './service.ts';
import type { Sent } from './service.ts';

const rounds = 3;
const events = 2_000;
const callsAtOnce = 16;

export async function throughput(): Promise<void> {
  const acceptedPerSecond: number[] = [];
  const deliveredPerSecond: number[] = [];
  const sent: Sent[][] = [];
  await withService(async ({ subscribe, send, endpointUrl }) => {
    const subscription = await subscribe(endpointUrl);
    for (let round = 0; round < rounds; round += 1) {
      const startedAt = performance.now();
      const perSecond = () => (1_000 * events) / (performance.now() - startedAt);
      const deliveries: Promise<Sent>[] = [];
      const caller = async () => {
        while (deliveries.length < events) {
          const { accepted, delivered } = send(subscription);
          deliveries.push(delivered);
          await accepted;
        }
      };
      await Promise.all(Array.from({ length: callsAtOnce }, caller));
      acceptedPerSecond.push(perSecond());
      sent.push(await Promise.all(deliveries));
      deliveredPerSecond.push(perSecond());
    }
  });
}

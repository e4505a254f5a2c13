// One thread's share of the seeds.
import { parentPort, workerData } from 'node:worker_threads';
import { simulateSeeds } from './seeds.ts';

parentPort!.postMessage(await simulateSeeds(workerData));

// `npm start` as a supervisor runs it: a signal to npm ends the server, too, wherever it is sent. The port and the data are
// free, and nothing that was accepted is lost.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { apiOf } from '../support/api.ts';
import { targetSettings } from '../support/target.ts';
import { until } from '../support/until.ts';
import { newDataDirectory, newReceiver } from './setup.ts';

const root = new URL('../..', import.meta.url).pathname;
const events = 20;
const endsWithinMs = 10_000;

/** As PID 1 of a container, which takes no signal that it does not ask for. */
const asFirst = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'];
const canBeFirst = spawnSync(asFirst[0]!, [...asFirst.slice(1), 'true']).status === 0;

async function npmStart(DATA_DIR: string, wrapper: readonly string[] = []) {
  const command = [...wrapper, 'npm', 'start'];
  const child = spawn(command[0]!, command.slice(1), {
    cwd: root,
    env: { ...process.env, PORT: '0', DATA_DIR },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const pid = child.pid ?? 0;
  onTestFinished(() => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended, as it should.
    }
  });
  const listening = () => /Listening on (\S+)/.exec(output)?.[1];
  const url = await until('it listens', listening, 20_000);
  const api = apiOf(targetSettings.parse({ BASE_URL: url }));
  return { pid, ended, url, api };
}

/** Of npm itself, where another process started it. */
function onlyChildOf(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  expect(children).toHaveLength(1);
  return Number(children[0]);
}

type Way = { wrapper?: readonly string[]; signal: (pid: number) => void };

const ways: [name: string, way: Way][] = [
  ['to npm alone', { signal: (pid) => process.kill(pid, 'SIGTERM') }],
  ['to its group', { signal: (pid) => process.kill(-pid, 'SIGTERM') }],
  ['to npm, twice', { signal: (pid) => [1, 2].forEach(() => process.kill(pid, 'SIGTERM')) }],
  ['to PID 1', { wrapper: asFirst, signal: (pid) => process.kill(onlyChildOf(pid), 'SIGTERM') }],
];

test.each(ways.filter(([, { wrapper }]) => wrapper === undefined || canBeFirst))(
  'SIGTERM %s ends the server, and nothing is lost',
  async (_, { wrapper, signal }) => {
    const data = await newDataDirectory();
    const receiver = await newReceiver();
    const endpoint = receiver.endpoint({ status: 500, delayMs: 200 }, { delayMs: 200 });
    const first = await npmStart(data, wrapper);
    const { subscription } = await first.api.call('createSubscription', {
      body: { target_url: endpoint.url, retry_schedule: [1, 1] },
    });
    const accepted: string[] = [];
    for (let n = 0; n < events; n += 1) {
      const { delivery_id: id } = await first.api.call('ingest', {
        id: subscription.id,
        body: { n },
      });
      accepted.push(id ?? '');
    }

    const signalledAt = performance.now();
    signal(first.pid);
    await first.ended;
    expect(performance.now() - signalledAt).toBeLessThan(endsWithinMs);
    expect(await fetch(first.url).catch(() => null)).toBeNull();

    const second = await npmStart(data);
    const areDelivered = async () => {
      const { deliveries } = await second.api.call('listDeliveries', {
        query: { status: 'delivered' },
      });
      const ids = new Set(deliveries.map(({ id }) => id));
      return accepted.every((id) => ids.has(id as `dlv_${string}`)) || undefined;
    };
    await until('all are delivered', areDelivered, 20_000);
    process.kill(second.pid, 'SIGTERM');
    await second.ended;
  },
  60_000,
);

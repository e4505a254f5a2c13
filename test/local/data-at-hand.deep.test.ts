// The data directory under a running server: what others can read, what becomes of it when somebody removes or damages it,
// and whose it is.
import { chmod, mkdir, open, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { aDataDirectory } from '../support/data-directory.ts';
import { runToEnd, startLocalServer } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { apiFor, patienceMs } from './setup.ts';

function newDataDirectory(): string {
  const { path, remove } = aDataDirectory();
  onTestFinished(remove);
  return path;
}

const target_url = 'http://127.0.0.1:40000/';

async function started(DATA_DIR: string) {
  const server = await startLocalServer({ DATA_DIR });
  const api = apiFor(server.url);
  const health = async () => (await api.request('GET', '/api/health')).status;
  return { server, api, health };
}

test('is private to its user, whatever was there before', async () => {
  const directory = newDataDirectory();
  await chmod(directory, 0o755);
  await writeFile(join(directory, 'webhooks.sqlite'), '', { mode: 0o644 });
  await writeFile(join(directory, 'lock.sqlite'), '', { mode: 0o666 });
  const { server } = await started(directory);
  for (const name of [
    'webhooks.sqlite',
    'webhooks.sqlite-wal',
    'webhooks.sqlite-shm',
    'lock.sqlite',
  ]) {
    const { mode } = await stat(join(directory, name));
    expect((mode & 0o077).toString(8), name).toBe('0');
  }
  // The directory may be anybody's: it is left as it was.
  expect((await stat(directory)).mode & 0o777).toBe(0o755);
  await server.stop();
});

test('that is removed is told of at once: nothing is accepted into nowhere', async () => {
  const directory = newDataDirectory();
  const { server, api, health } = await started(directory);
  const { subscription } = await api.call('createSubscription', {
    body: { target_url, status: 'inactive' },
  });
  await api.call('ingest', { id: subscription.id, body: {} });
  expect(await health()).toBe(200);
  await rm(directory, { recursive: true });
  expect(await health()).toBe(503);
  await api.refused('unavailable', 'ingest', { id: subscription.id, body: {} });
  await server.stop();
});

const file = 'webhooks.sqlite';

test.each<[string, (directory: string) => Promise<void>]>([
  ['that lost its file', (directory) => rm(join(directory, file))],
  ['that lost what is not yet in the file', (directory) => rm(join(directory, `${file}-wal`))],
  ['that lost where it is', (directory) => rm(join(directory, `${file}-shm`))],
  ['whose file was emptied', (directory) => truncate(join(directory, file), 0)],
  [
    'whose file was replaced by another',
    async (directory) => {
      await writeFile(join(directory, 'other'), 'other');
      await rename(join(directory, 'other'), join(directory, file));
    },
  ],
])('%s takes nothing more', async (_, harm) => {
  const directory = newDataDirectory();
  const { server, api, health } = await started(directory);
  const { subscription } = await api.call('createSubscription', {
    body: { target_url, status: 'inactive' },
  });
  expect(await health()).toBe(200);
  await harm(directory);
  await api.refused('unavailable', 'ingest', { id: subscription.id, body: {} });
  expect(await health()).toBe(503);
  await server.stop('SIGKILL');
});

test('that is damaged while it is served takes nothing more once a read has seen it', async () => {
  const directory = newDataDirectory();
  const { server, api, health } = await started(directory);
  const { subscription } = await api.call('createSubscription', {
    body: { target_url, status: 'inactive' },
  });
  const ingest = (body: object) => api.call('ingest', { id: subscription.id, body });
  const first = await ingest({ long: 'x'.repeat(200_000) });
  // As much as it takes for the first to be in the file, and in no memory any more.
  for (let n = 0; n < 60; n += 1) await ingest({ long: 'x'.repeat(200_000) });
  const { size } = await stat(join(directory, file));
  const handle = await open(join(directory, file), 'r+');
  await handle.write(Buffer.alloc(size - 4_096, 0x41), 0, size - 4_096, 4_096);
  await handle.close();
  await api.refused('internal', 'getDelivery', { id: first.delivery_id ?? '' });
  for (let n = 0; n < 3; n += 1) {
    await api.refused('unavailable', 'ingest', { id: subscription.id, body: {} });
    expect(await health()).toBe(503);
  }
  await server.stop('SIGKILL');
});

test('that is put back in time goes on', async () => {
  const directory = newDataDirectory();
  const { server, api, health } = await started(directory);
  await rename(directory, `${directory}-moved`);
  expect(await health()).toBe(503);
  await rename(`${directory}-moved`, directory);
  await until(
    'health is well',
    async () => ((await health()) === 200 ? true : undefined),
    patienceMs,
  );
  await api.call('createSubscription', { body: { target_url } });
  await server.stop();
});

test('that is damaged is refused in a sentence', async () => {
  const directory = newDataDirectory();
  const { server, api } = await started(directory);
  const { subscription } = await api.call('createSubscription', {
    body: { target_url, status: 'inactive' },
  });
  for (let n = 0; n < 60; n += 1) await api.call('ingest', { id: subscription.id, body: { n } });
  await server.stop();
  const file = await open(join(directory, 'webhooks.sqlite'), 'r+');
  await file.write(Buffer.alloc(4_096, 0x41), 0, 4_096, 4_096 * 3);
  await file.close();
  const { code, output } = await runToEnd('bin/local.ts', { PORT: '0', DATA_DIR: directory });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toEqual([
    expect.stringMatching(/^The data directory .* cannot be used: .*\.$/),
  ]);
});

test('that cannot be opened is refused in a sentence', async () => {
  const directory = newDataDirectory();
  await mkdir(join(directory, 'webhooks.sqlite'));
  const { code, output } = await runToEnd('bin/local.ts', { PORT: '0', DATA_DIR: directory });
  expect(code).toBe(1);
  expect(output.trim().split('\n')).toHaveLength(1);
});

test('belongs to one server: where the lock was removed, the older one ends', async () => {
  const directory = newDataDirectory();
  const first = await started(directory);
  const { subscription } = await first.api.call('createSubscription', {
    body: { target_url, status: 'inactive' },
  });
  await rm(join(directory, 'lock.sqlite'));
  const second = await started(directory);
  await first.api
    .request('POST', `/api/ingest/${subscription.id}`, {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    .catch(() => undefined);
  const { code } = await first.server.ended;
  expect(code).toBe(1);
  expect(first.server.output()).toContain('is in use by another process. Shutting down.');
  await second.api.call('ingest', { id: subscription.id, body: {} });
  await second.server.stop();
});

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  DataDirectoryInUseError,
  DataDirectoryUnusableError,
  lockDataDirectory,
  openDatabase,
} from '../../../../lambdas/adapters/sqlite/file/database.ts';
import { migrations } from '../../../../lambdas/adapters/sqlite/file/schema.ts';
import { openSqlitePorts } from '../../../../lambdas/adapters/sqlite/ports.ts';
import { type DeliveryId, isDeadLetterId } from '../../../../lambdas/core/ids.ts';
import { createTestClock } from '../../../support/clock.ts';
import { aDataDirectory } from '../../../support/data-directory.ts';
import {
  aDelivery,
  anApiKey,
  anAttemptMessage,
  aSubscription,
  noon,
  retentionMs,
} from '../../../support/factories.ts';

function setup() {
  const { path, remove } = aDataDirectory();
  onTestFinished(remove);
  const open = () =>
    openSqlitePorts({ database: openDatabase(path), clock: createTestClock(), retentionMs });
  return { path, open };
}

/** Starts `endless-writer.ts`; `stored` are the deliveries that it says are stored. */
async function startWriter(path: string, count: number) {
  const script = join(import.meta.dirname, 'endless-writer.ts');
  const child: ChildProcess = spawn(process.execPath, [script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const stored: DeliveryId[] = [];
  const lines = createInterface({ input: child.stdout! });
  lines.on('line', (line) => stored.push(line as DeliveryId));
  while (stored.length < count) await once(lines, 'line');
  return { child, stored, ended: once(lines, 'close') };
}

describe('the data file', () => {
  it('keeps everything over a restart', async () => {
    const { open } = setup();
    const subscription = aSubscription();
    const delivery = aDelivery({ subscriptionId: subscription.id });
    const key = anApiKey();
    const message = anAttemptMessage({ deliveryId: delivery.id });
    const first = open();
    await first.subscriptions.create(subscription);
    await first.deliveries.commit(delivery, Buffer.from('body'));
    await first.queue.send([message]);
    // Closing commits what nobody waited for.
    const unawaited = first.apiKeys.create(key);
    first.close();
    await unawaited;

    const second = open();

    expect(await second.subscriptions.get('default', subscription.id)).toStrictEqual(subscription);
    const loaded = await second.deliveries.load('default', [delivery.id]);
    expect(loaded.get(delivery.id)?.delivery).toStrictEqual(delivery);
    expect(Buffer.from(loaded.get(delivery.id)!.body).toString()).toBe('body');
    expect(await second.apiKeys.get(key.id)).toStrictEqual(key);
    const [received] = await second.receiver.receive({ limit: 1, now: noon, visibilityMs: 1 });
    expect(JSON.parse(received!.body)).toStrictEqual(message);
    second.close();
  });

  it('holds every write that was acknowledged before a kill -9', async () => {
    const { path, open } = setup();
    const { child, stored, ended } = await startWriter(path, 300);
    child.kill('SIGKILL');
    await ended;

    lockDataDirectory(path).release();
    const ports = open();
    for (const id of stored) {
      const detail = await ports.deliveries.detail('default', id);
      expect(detail?.delivery.status).toBe('delivered');
      expect(detail?.attempts).toHaveLength(1);
      expect(Buffer.from(detail!.body).toString()).toBe(id);
    }
    ports.close();
    const database = openDatabase(path);
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    expect(database.prepare('PRAGMA foreign_key_check').all()).toEqual([]);
    database.close();
  });

  it('is for its owner alone', () => {
    const { path } = setup();
    const made = join(path, 'made', 'here');
    openDatabase(made).close();

    expect(statSync(made).mode & 0o077).toBe(0);
  });

  it('brings a file of the first version up to date, and keeps what it holds', async () => {
    const { path, open } = setup();
    const file = new DatabaseSync(join(path, 'webhooks.sqlite'));
    file.exec(`${migrations[0]}; PRAGMA user_version = 1`);
    file.exec(`INSERT INTO deliveries VALUES ('default', 'dlv_1', 'sub_1', NULL, 'text/json', 0,
      'failed', 'exhausted', 1, 2, 2, NULL, 1, 1, 1, NULL, 2),
      ('default', 'dlv_2', 'sub_2', NULL, 'text/json', 0, 'parked', 'circuit_open', 1, 2, NULL, NULL, 1, 1, 1, NULL, 2)`);
    file.exec(`INSERT INTO bodies VALUES ('default', 'dlv_2', x'010203')`);
    const buriedAt = noon;
    file.exec(`INSERT INTO dead_letters VALUES
      (7, '{"tenant":"red"}', 3, 5, 'No reason', ${buriedAt}), (8, '{', 4, 5, 'None', ${buriedAt})`);
    file.close();

    const ports = open();
    expect(await ports.deliveries.countParked('default', 'sub_2', 9)).toEqual({
      events: 1,
      bytes: 3,
    });
    const query = { tenant: 'default', subscriptionId: null, status: null, eventType: null };
    const page = { errorCode: null, since: null, until: null, limit: 10, cursor: null };
    const { items } = await ports.deliveries.list({ ...query, ...page });

    expect(items).toMatchObject([
      { id: 'dlv_2', status: 'parked' },
      { id: 'dlv_1', status: 'failed', turn: null },
    ]);
    expect(items[1]).toMatchObject({ lastStatusCode: null, lastErrorCode: null });
    expect(items[1]).toMatchObject({ contentType: 'text/json', contentEncoding: null });
    const letters = { reason: null, redriven: false, limit: 10, cursor: null };
    const ofRed = await ports.deadLetters.list({ ...letters, tenant: 'red' });
    const [kept] = ofRed.items;
    expect(kept).toMatchObject({
      reason: 'failed',
      detail: 'No reason',
      sentAt: 3,
      receiveCount: 5,
    });
    expect(isDeadLetterId(kept!.id)).toBe(true);
    const ofNobody = await ports.deadLetters.list({ ...letters, tenant: 'default' });
    expect(ofNobody.items).toMatchObject([{ reason: 'unreadable', body: '{', buriedAt }]);
    ports.close();
  });

  it('refuses a file that a newer version wrote, in one sentence', () => {
    const { path } = setup();
    const database = openDatabase(path);
    database.exec('PRAGMA user_version = 1000');
    database.close();

    expect(() => openDatabase(path)).toThrow(
      new DataDirectoryUnusableError(path, 'a newer version of this service wrote it'),
    );
  });

  it('keeps nothing of a secret that was removed', async () => {
    const { path, open } = setup();
    const ports = open();
    const secrets = ['whsec_the_first_one', 'whsec_the_second_one'];
    const [gone, kept] = secrets.map((secret) => aSubscription({ secret }));
    for (const each of [gone!, kept!]) await ports.subscriptions.create(each);
    await ports.subscriptions.remove(gone!.tenant, gone!.id);
    ports.close();
    const bytes = readFileSync(join(path, 'webhooks.sqlite'), 'latin1');
    expect(secrets.map((secret) => bytes.includes(secret))).toEqual([false, true]);
  });

  it('says what is wrong with a directory that cannot be used', () => {
    const { path } = setup();
    const file = join(path, 'file');
    writeFileSync(file, '');
    writeFileSync(
      join(path, 'webhooks.sqlite'),
      'This is not a database, and quite long. '.repeat(99),
    );

    expect(() => openDatabase(join(file, 'below'))).toThrow(DataDirectoryUnusableError);
    expect(() => openDatabase(path)).toThrow(
      `The data directory ${path} cannot be used: file is not a database.`,
    );
  });
});

describe('the lock', () => {
  it('keeps a second server off the directory until the first lets go', () => {
    const { path } = setup();
    const lock = lockDataDirectory(path);

    expect(() => lockDataDirectory(path)).toThrow(DataDirectoryInUseError);
    expect(() => lockDataDirectory(path)).toThrow(
      `The data directory ${path} is in use by another process.`,
    );

    lock.release();
    lockDataDirectory(path).release();
  });

  it('is freed with a process that is killed, and lets an operator in while it runs', async () => {
    const { path, open } = setup();
    const { child, stored, ended } = await startWriter(path, 20);
    expect(() => lockDataDirectory(path)).toThrow(DataDirectoryInUseError);

    // The server writes all the time; a command reads and writes beside it.
    const command = open();
    const key = anApiKey();
    await command.apiKeys.create(key);
    expect(await command.apiKeys.get(key.id)).toStrictEqual(key);
    expect(await command.deliveries.detail('default', stored[0]!)).toBeDefined();
    command.close();

    child.kill('SIGKILL');
    await ended;
    lockDataDirectory(path).release();
  });

  it('is not taken for in use when its file is broken', () => {
    const { path } = setup();
    writeFileSync(join(path, 'lock.sqlite'), 'This is not a database, and quite long. '.repeat(99));

    expect(() => lockDataDirectory(path)).toThrow(DataDirectoryUnusableError);
  });

  it('is not needed in memory', () => {
    const first = lockDataDirectory(':memory:');
    lockDataDirectory(':memory:').release();
    first.release();
  });
});

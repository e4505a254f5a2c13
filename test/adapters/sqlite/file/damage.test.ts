// A file with a damaged page, which any statement may find: from then on nothing more is promised on it.
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished } from 'vitest';
import { watchForDamage } from '../../../../lambdas/adapters/sqlite/file/damage.ts';
import { createWriter } from '../../../../lambdas/adapters/sqlite/file/writer.ts';
import { UnavailableError } from '../../../../lambdas/core/shared/port-errors.ts';
import { aDataDirectory } from '../../../support/data-directory.ts';

/** All pages of the table `notes` are spoilt, those of `others` are sound. */
async function aDamagedFile() {
  const { path, remove } = aDataDirectory();
  onTestFinished(remove);
  const file = join(path, 'data.sqlite');
  const made = new DatabaseSync(file);
  made.exec('CREATE TABLE others (text TEXT); CREATE TABLE notes (text TEXT)');
  const { size } = await stat(file);
  const insert = made.prepare('INSERT INTO notes VALUES (?)');
  for (let n = 0; n < 20; n += 1) insert.run('long'.repeat(1_000));
  made.close();
  const handle = await open(file, 'r+');
  const spoilt = (await handle.stat()).size - (size - 4_096);
  await handle.write(Buffer.alloc(spoilt, 0x41), 0, spoilt, size - 4_096);
  await handle.close();

  const database = new DatabaseSync(file);
  onTestFinished(() => database.close());
  const damage = watchForDamage(database);
  const writer = createWriter(database, { isSound: () => !damage.wasFound() });
  const other = database.prepare('INSERT INTO others VALUES (?)');
  const others = database.prepare('SELECT count(*) AS count FROM others');
  return {
    damage,
    writer,
    prepare: (sql: string) => database.prepare(sql),
    writeOther: () => writer.write(() => other.run('a')),
    countOthers: () => others.get()?.['count'],
  };
}

type File = Awaited<ReturnType<typeof aDamagedFile>>;

it.each<[string, (file: File) => unknown]>([
  ['get', ({ prepare }) => prepare('SELECT * FROM notes').get()],
  ['all', ({ prepare }) => prepare('SELECT * FROM notes').all()],
  ['iterate', ({ prepare }) => [...prepare('SELECT * FROM notes').iterate()]],
  ['run', ({ prepare }) => prepare('DELETE FROM notes').run()],
])('refuses every write after the damage was found by %s', async (_, find) => {
  const file = await aDamagedFile();
  await file.writeOther();
  expect([file.damage.wasFound(), await file.writer.canWrite()]).toEqual([false, true]);

  expect(() => find(file)).toThrow('malformed');
  expect(await file.writer.canWrite()).toBe(false);

  await expect(file.writeOther()).rejects.toThrow(UnavailableError);
  expect(file.countOthers()).toBe(1);
  expect(await file.writer.canWrite()).toBe(false);
});

it('takes back what shares a transaction with the write that finds the damage', async () => {
  const file = await aDamagedFile();
  const remove = file.prepare('DELETE FROM notes');

  const results = await Promise.allSettled([
    file.writeOther(),
    file.writer.write(() => remove.run()),
  ]);

  for (const result of results) {
    expect(result).toMatchObject({ status: 'rejected', reason: expect.any(UnavailableError) });
  }
  expect(file.countOthers()).toBe(0);
});

it('does not take what a statement got wrong for damage', async () => {
  const file = await aDamagedFile();
  expect(() => file.prepare('SELECT * FROM nowhere')).toThrow('no such table');
  expect(file.damage.wasFound()).toBe(false);
});

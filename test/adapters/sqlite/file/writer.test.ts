import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UnavailableError } from '../../../../lambdas/core/shared/port-errors.ts';
import { createWriter } from '../../../../lambdas/adapters/sqlite/file/writer.ts';
import { aDataDirectory } from '../../../support/data-directory.ts';

function setup() {
  const { path, remove } = aDataDirectory();
  const open = () => {
    const database = new DatabaseSync(join(path, 'data.sqlite'), { timeout: 0 });
    onTestFinished(() => database.close());
    return database;
  };
  onTestFinished(remove);
  const database = open();
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE notes (text TEXT NOT NULL UNIQUE)');
  const insert = database.prepare('INSERT INTO notes VALUES (?)');
  const other = open();
  return {
    database,
    other,
    writer: createWriter(database),
    note: (text: string) => insert.run(text).changes,
    /** As another process sees them. */
    notes: () =>
      other
        .prepare('SELECT text FROM notes ORDER BY text')
        .all()
        .map(({ text }) => text),
  };
}

describe('write', () => {
  it('resolves with the result when it is committed', async () => {
    const { writer, note, notes } = setup();

    const written = writer.write(() => note('a'));
    expect(notes()).toStrictEqual([]);

    expect(await written).toBe(1);
    expect(notes()).toStrictEqual(['a']);
  });

  it('commits the writes of one turn together, in order', async () => {
    const { writer, note, notes } = setup();
    const seen: unknown[] = [];

    const written = ['a', 'b', 'c'].map((text) =>
      writer.write(() => {
        seen.push(notes());
        note(text);
      }),
    );
    await written[0];

    expect(seen).toStrictEqual([[], [], []]);
    expect(notes()).toStrictEqual(['a', 'b', 'c']);
  });

  it('takes back a write that fails, whole and alone', async () => {
    const { writer, note, notes } = setup();

    const results = await Promise.allSettled([
      writer.write(() => note('a')),
      writer.write(() => {
        note('b');
        note('a');
      }),
      writer.write(() => note('c')),
    ]);

    expect(results.map(({ status }) => status)).toStrictEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(notes()).toStrictEqual(['a', 'c']);
  });

  it('takes writes while others are on their way', async () => {
    const { writer, note, notes } = setup();

    await writer.write(() => void note('a')).then(() => writer.write(() => note('b')));

    expect(notes()).toStrictEqual(['a', 'b']);
  });

  it('rejects every write of a transaction that cannot begin, and goes on', async () => {
    const { writer, note, notes, other } = setup();
    other.exec('BEGIN IMMEDIATE');
    const results = await Promise.allSettled(
      ['a', 'b'].map((text) => writer.write(() => note(text))),
    );
    other.exec('ROLLBACK');
    await writer.write(() => note('c'));

    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(notes()).toStrictEqual(['c']);
  });

  it('rejects every write of a transaction that cannot be committed, and goes on', async () => {
    const { database, writer, note, notes } = setup();
    database.exec(`CREATE TABLE answers
      (note TEXT REFERENCES notes (text) DEFERRABLE INITIALLY DEFERRED)`);
    const dangle = () => database.exec(`INSERT INTO answers VALUES ('nothing')`);

    const results = await Promise.allSettled([writer.write(() => note('a')), writer.write(dangle)]);
    await writer.write(() => note('b'));

    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected']);
    expect(notes()).toStrictEqual(['b']);
  });

  it('rejects every write of a transaction that SQLite gave up, and goes on', async () => {
    const { database, writer, note, notes } = setup();

    const results = await Promise.allSettled([
      writer.write(() => note('a')),
      writer.write(() => {
        // As SQLite does itself when the disk is full or fails.
        database.exec('ROLLBACK');
        throw new Error('disk I/O error');
      }),
      writer.write(() => note('b')),
    ]);
    await writer.write(() => note('c'));

    expect(results.map(({ status }) => status)).toStrictEqual(['rejected', 'rejected', 'rejected']);
    expect(notes()).toStrictEqual(['c']);
  });

  it('says that the file is unavailable when the disk has no room, and goes on', async () => {
    const { database, writer, note, notes } = setup();
    const pages = Number(database.prepare('PRAGMA page_count').get()?.['page_count']);
    database.exec(`PRAGMA max_page_count = ${pages}`);

    const results = await Promise.allSettled([
      writer.write(() => note('a')),
      writer.write(() => note('too long'.repeat(10_000))),
    ]);
    await writer.write(() => note('b'));

    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: expect.any(UnavailableError) });
    }
    expect(notes()).toStrictEqual(['b']);
  });

  it('commits at once when it is flushed', async () => {
    const { writer, note, notes } = setup();
    const written = writer.write(() => note('a'));

    writer.flush();

    expect(notes()).toStrictEqual(['a']);
    expect(await written).toBe(1);
  });
});

describe('canWrite', () => {
  it('is true as long as no write has failed for want of the file', async () => {
    const { writer, note } = setup();
    await writer.write(() => note('a'));
    await expect(writer.write(() => note('a'))).rejects.toThrow('UNIQUE');

    expect(await writer.canWrite()).toBe(true);
  });

  it('is false from a write that failed to the first try that does not', async () => {
    const { database, writer, note, notes } = setup();
    const switchReadOnly = (to: 'on' | 'off') => database.exec(`PRAGMA query_only = ${to}`);
    switchReadOnly('on');
    await expect(writer.write(() => note('a'))).rejects.toThrow(UnavailableError);
    switchReadOnly('off');
    // A transaction that writes nothing can be committed on a full disk too, so it is no sign of space.
    await writer.write(() => notes());
    switchReadOnly('on');

    expect(await writer.canWrite()).toBe(false);
    switchReadOnly('off');
    expect(await writer.canWrite()).toBe(true);
  });
});

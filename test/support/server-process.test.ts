// A server that a run of the emulators starts leaves nothing behind, not even what it started in a session of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { freePort, startServer } from '../emulator/server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'server-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Answers with the id of a process that it started apart. */
const parent = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
  require('node:http').createServer((_, response) => response.end(String(child.pid))).listen(process.argv[1], '127.0.0.1');
`;

async function start(script: string) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const command = [process.execPath, '-e', script, String(port)] as const;
  const log = join(folder, `${port}.log`);
  const rest = { name: 'The server', env: process.env, log, startsWithinMs: 10_000 };
  return { url, server: await startServer({ ...rest, command: [...command], url }) };
}

test('ends with all that it started', async () => {
  const { url, server } = await start(parent);
  const pid = Number(await (await fetch(url)).text());
  expect(process.kill(pid, 0)).toBe(true);

  await server.stop();

  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await expect(fetch(url)).rejects.toThrow();
});

test('says what a server said that ends before it answers', async () => {
  await expect(start('console.log("no licence"); process.exit(3);')).rejects.toThrow(
    /^The server ended:\nno licence\n$/,
  );
});

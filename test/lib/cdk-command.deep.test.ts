// `cdk` as it is called by hand: by whatever Node stands first on the PATH, and in a clone where nothing is installed.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'cdk-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A folder with a `node` that refuses TypeScript, as Node 20 does. */
function withOlderNode(): string {
  const node = join(folder, 'node');
  const pinned = join(root, 'node_modules/node/bin/node');
  writeFileSync(node, `#!/bin/sh\nexec '${pinned}' --no-strip-types "$@"\n`);
  chmodSync(node, 0o755);
  return folder;
}

test('synthesizes with a Node that cannot run TypeScript', { timeout: 60_000 }, () => {
  const PATH = `${withOlderNode()}:/usr/bin:/bin`;
  const app = spawnSync('node', ['bin/app.ts'], { cwd: root, encoding: 'utf8', env: { PATH } });
  expect(app.stderr).toContain('ERR_UNKNOWN_FILE_EXTENSION');

  const output = join(folder, 'cdk.out');
  const cdk = join(root, 'node_modules/.bin/cdk');
  const { status, stderr } = spawnSync(cdk, ['synth', '--quiet', `--output=${output}`], {
    cwd: root,
    encoding: 'utf8',
    env: { PATH, HOME: folder },
  });

  expect(stderr).not.toContain('Error');
  expect(status).toBe(0);
  expect(existsSync(join(output, 'WebhookDelivery.template.json'))).toBe(true);
});

test('says what to do where nothing is installed', () => {
  const bin = join(folder, 'clone/bin');
  cpSync(join(root, 'bin'), bin, { recursive: true });

  const app = spawnSync(process.execPath, [join(bin, 'app.mjs')], { encoding: 'utf8' });

  expect(app.status).toBe(1);
  expect(app.stderr).toBe('The pinned Node is not installed: run npm ci first.\n');
});

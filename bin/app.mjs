// What cdk.json runs. Plain JavaScript, for `cdk` may be called with a Node that cannot run TypeScript: the pinned one takes over.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const node = join(root, 'node_modules/node/bin/node');

if (!existsSync(node)) {
  console.error('The pinned Node is not installed: run npm ci first.');
  process.exit(1);
}
const { status } = spawnSync(node, [join(root, 'bin/app.ts')], { stdio: 'inherit' });
process.exit(status ?? 1);

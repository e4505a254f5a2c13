// Runs before the public npm scripts, so that `npm start` and `npm test` work right after a clone.
// Plain JavaScript: it runs on whatever Node the machine has, before the pinned one is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

if (!isInstalled()) {
  // On stderr, so that a script's own output can be piped.
  console.error('Installing the pinned dependencies with npm ci: about half a minute.');
  // The pinned Node satisfies every package; warnings about the machine's Node would mislead.
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, stderr } = spawnSync('npm', args, { cwd: root, encoding: 'utf8' });
  if (status !== 0) {
    const code = /error code (\w+)/.exec(stderr ?? '')?.[1] ?? 'unknown';
    fail(`npm ci failed (${code}): run "npm ci" to see why; it needs the npm registry.`);
  }
  if (!isInstalled()) fail('npm ci ran no install scripts: allow them, then run this again.');
}

// npm writes the second file last, so an interrupted install counts as none.
function isInstalled() {
  const wanted = packagesIn('package-lock.json');
  const installed = packagesIn('node_modules/.package-lock.json');
  // Its install script fetches the binary: a listing alone does not prove that it is there.
  if (!wanted || !installed || !existsSync(join(root, 'node_modules/node/bin/node'))) return false;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed[path];
    return path === '' || (found ? found.version === version : optional === true);
  });
}

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

// Builds the console: `node scripts/build-web.ts [folder]`, by default to web/dist. Names of files carry a hash of their
// content, so that browsers may keep them for good. `npm start` builds when a source is newer than the page.
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';

const root = join(import.meta.dirname, '..');
const web = join(root, 'web');
const dist = join(web, 'dist');

const options: BuildOptions = {
  absWorkingDir: root,
  entryPoints: { app: 'web/main.tsx', style: 'web/style/style.css', icon: 'web/icon.svg' },
  bundle: true,
  splitting: true,
  write: false,
  outdir: 'assets',
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  format: 'esm',
  target: ['chrome120', 'firefox121', 'safari17.2'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  minify: true,
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  loader: { '.md': 'text', '.svg': 'copy' },
  define: { CONSOLE_VERSION: JSON.stringify(versionOf()) },
};

/** The theme is set before the first paint: a script of its own, which the page waits for. */
const themeOptions: BuildOptions = {
  ...options,
  entryPoints: { theme: 'web/theme/before-paint.ts' },
  splitting: false,
  format: 'iife',
};

export async function buildWeb(folder = dist): Promise<void> {
  const results = await Promise.all([build(options), build(themeOptions)]);
  const files = results.flatMap(({ outputFiles = [] }) => outputFiles);
  const assets = join(folder, 'assets');
  mkdirSync(assets, { recursive: true });
  const names = files.map(({ path }) => basename(path));
  for (const { path, contents } of files) writeWhole(join(assets, basename(path)), contents);
  // The page comes last: whoever reads it finds all that it names.
  writeWhole(join(folder, 'index.html'), pageWith(names));
  for (const name of readdirSync(assets)) {
    if (!names.includes(name) && !name.endsWith('.part'))
      rmSync(join(assets, name), { force: true });
  }
}

/** Builds web/dist unless it is newer than all that it is made of; returns the folder. */
export async function ensureWeb(): Promise<string> {
  const built = statSync(join(dist, 'index.html'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (newestSource() >= built) await buildWeb();
  return dist;
}

function newestSource(): number {
  const sources = readdirSync(web, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('dist'))
    .map((name) => join(web, name));
  const others = ['package-lock.json', 'docs/error-codes.md', 'scripts/build-web.ts'];
  const all = [...sources, ...others.map((name) => join(root, name))];
  return Math.max(...all.map((path) => statSync(path).mtimeMs));
}

function pageWith(names: readonly string[]): string {
  const page = readFileSync(join(web, 'index.html'), 'utf8');
  return page.replaceAll(/assets\/(\w+)\.(\w+)/g, (_all, name: string, extension: string) => {
    const found = names.find((file) => file.startsWith(`${name}-`) && file.endsWith(extension));
    if (found === undefined)
      throw new Error(`web/index.html names ${name}.${extension}, which was not built`);
    return `assets/${found}`;
  });
}

/** Another process may build or read at the same time, and must never see half a file. */
function writeWhole(path: string, contents: string | Uint8Array): void {
  const part = `${path}.${process.pid}.part`;
  writeFileSync(part, contents);
  renameSync(part, path);
}

function versionOf(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string })
    .version;
}

if (import.meta.main) await buildWeb(process.argv[2]);

// The built console in memory: one page, and files with content-hashed names.
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

export type ConsoleAsset = { type: string; bytes: Buffer; gzip: Buffer };

export type ConsoleFiles = { page: string; assets: ReadonlyMap<string, ConsoleAsset> };

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads what `scripts/build-web.ts` wrote. */
export function readConsoleFiles(folder: string): ConsoleFiles {
  const assets = new Map<string, ConsoleAsset>();
  for (const name of readdirSync(join(folder, 'assets'))) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, 'assets', name));
    assets.set(name, { type, bytes, gzip: gzipSync(bytes) });
  }
  return { page: readFileSync(join(folder, 'index.html'), 'utf8'), assets };
}

// What `scripts/build-web.ts` makes of the console's sources.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildWeb } from '../../scripts/build-web.ts';

const firstLoadKilobytesMax = 100;
const web = join(import.meta.dirname, '../../web');
const folder = mkdtempSync(join(tmpdir(), 'web-'));
const assets = join(folder, 'assets');

beforeAll(() => buildWeb(folder));
afterAll(() => rmSync(folder, { recursive: true }));

const page = () => readFileSync(join(folder, 'index.html'), 'utf8');
const scripts = () =>
  [...page().matchAll(/src="assets\/([^"]+)"/g)].map(([, name]) => String(name));

test('the first load is small', () => {
  const bytes = scripts().map((name) => gzipSync(readFileSync(join(assets, name))).length);
  const kilobytes = bytes.reduce((sum, size) => sum + size, 0) / 1_024;
  console.log(`First load: ${kilobytes.toFixed(1)} KB of script as gzip`);
  expect(scripts()).toHaveLength(2);
  expect(kilobytes).toBeLessThanOrEqual(firstLoadKilobytesMax);
});

test('every name carries a hash of the content', () => {
  for (const name of readdirSync(assets)) expect(name).toMatch(/-[A-Z0-9]{8}\.(css|js|svg)$/);
});

test('a second build leaves the same files, and nothing of an older one', async () => {
  const before = readdirSync(assets);
  writeFileSync(join(assets, 'app-OLDOLDOL.js'), 'old');
  await buildWeb(folder);
  expect(readdirSync(assets)).toEqual(before);
});

test('the page has no script and no style of its own, which its policy would refuse', () => {
  expect(page()).not.toMatch(/<style|style=|<script>|<script [^>]*>[^<]/);
  expect(page()).not.toMatch(/https?:\/\//);
});

test('no source makes HTML of text', () => {
  const sources = readdirSync(web, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /^(?!dist).*\.tsx?$/.test(name),
  );
  expect(sources.length).toBeGreaterThan(50);
  for (const name of sources) {
    expect(readFileSync(join(web, name), 'utf8'), name).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(/i,
    );
  }
});

// Another CDK app, in a folder of its own, imports the construct: its functions must bundle there, and stay small,
// for every kilobyte is read and compiled at a cold start.
import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restApiEvent } from '../support/gateway-events.ts';
import type { Resource } from '../support/template.ts';
import { resourcesOf } from '../support/template.ts';

/** Kilobytes as measured, minified. A bundle may grow by a tenth before somebody has to look. */
const measured = { Publish: 647, Api: 625, Deliver: 599, DeadLetter: 550, LedgerFunction: 551 };
const allowedGrowth = 1.1;

const app = `
import { App, Stack } from 'aws-cdk-lib';
import { WebhookDelivery } from 'webhook-delivery/cdk';

const app = new App({ outdir: 'out' });
new WebhookDelivery(new Stack(app, 'Shop'), 'Webhooks', { retrySchedule: 'fast' });
app.synth();
`;

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'importing-app-'));
const out = join(folder, 'out');
let functions: Resource[];

beforeAll(() => {
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  symlinkSync(root, join(modules, 'webhook-delivery'));
  for (const name of ['aws-cdk-lib', 'constructs', 'esbuild']) {
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}');
  writeFileSync(join(folder, 'app.js'), app);
  const { status, stderr } = spawnSync(process.execPath, ['app.js'], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  const template = JSON.parse(readFileSync(join(out, 'Shop.template.json'), 'utf8'));
  functions = resourcesOf(template).filter(({ type }) => type === 'AWS::Lambda::Function');
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

function assetOf(name: string): string {
  const { properties } = functions.find(({ id }) => id.startsWith(`Webhooks${name}`))!;
  return join(out, `asset.${properties.Code.S3Key.split('.')[0]}`);
}

test.each(Object.entries(measured))('%s is one small file', (name, kilobytes) => {
  const asset = assetOf(name);
  expect(readdirSync(asset)).toEqual(['index.mjs']);
  const code = readFileSync(join(asset, 'index.mjs'));
  const [size, zipped] = [code, gzipSync(code)].map(({ length }) => Math.ceil(length / 1_024));
  console.log(`${name}: ${size} KB, ${zipped} KB as gzip`);
  expect(size).toBeLessThanOrEqual(Math.floor(kilobytes * allowedGrowth));
});

test('Console has its page and files inside, and answers with them', async () => {
  const asset = assetOf('Console');
  expect(readdirSync(asset).toSorted()).toEqual(['index.mjs', 'web']);
  const { handler } = (await import(join(asset, 'index.mjs'))) as {
    handler: (event: unknown) => Promise<{ statusCode: number; body: string }>;
  };
  const event = restApiEvent({ method: 'GET', path: '/subscriptions' });
  const requestContext = { ...event.requestContext, path: '/live/subscriptions' };
  const page = await handler({ ...event, requestContext });
  expect(page).toMatchObject({ statusCode: 200, body: expect.stringContaining('href="/live/"') });
  const [, script = ''] = /src="(assets\/app-\w+\.js)"/.exec(page.body) ?? [];
  const file = await handler(restApiEvent({ method: 'GET', path: `/${script}` }));
  expect(file.statusCode).toBe(200);
  expect(Buffer.from(file.body, 'base64')).toEqual(readFileSync(join(asset, 'web', script)));
});

// A lint rule that silently stopped matching would leave the architecture unguarded.
// So every rule is shown a violation here, in a copy of the folder layout, and must report it.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

type Plant = [folderOrFile: string, code: string];
type Report = { code: string; filename: string };

const imports = 'eslint(no-restricted-imports)';
const globals = 'eslint(no-restricted-globals)';
const properties = 'eslint(no-restricted-properties)';

const lines = (count: number) => 'void 0;\n'.repeat(count);
const sqs = `import { SQSClient } from '@aws-sdk/client-sqs'; void SQSClient;`;
const cdk = `import { App } from 'aws-cdk-lib'; void App;`;

const violations: Record<string, Plant[]> = {
  [imports]: [
    ['lambdas/contract', `import { readFileSync } from 'node:fs'; void readFileSync;`],
    ['lambdas/contract', `import { match } from '../core/matching.ts'; void match;`],
    ['lambdas/contract', `export * from '../../lib/stack.ts';`],
    ['lambdas/contract', sqs],
    ['lambdas/contract', cdk],
    ['lambdas/core', `import { table } from '../adapters/aws/table.ts'; void table;`],
    ['lambdas/core', `import { publish } from '../operations/publish.ts'; void publish;`],
    ['lambdas/core', `import * as z from 'zod'; void z;`],
    ['lambdas/core', `import { randomUUID } from 'node:crypto'; void randomUUID;`],
    ['lambdas/core', `import { randomBytes } from 'node:crypto'; void randomBytes;`],
    [
      'lambdas/core',
      `import { generateKeyPairSync } from 'node:crypto'; void generateKeyPairSync;`,
    ],
    ['lambdas/core', `import crypto from 'node:crypto'; void crypto;`],
    ['lambdas/core', `import { connect } from 'node:net'; void connect;`],
    ['lambdas/core', `import ipaddr from 'ipaddr.js'; void ipaddr;`],
    ['lambdas/core', `import { ulid } from 'ulid'; void ulid;`],
    ['lambdas/core', cdk],
    ['lambdas/operations', sqs],
    [
      'lambdas/operations',
      `import type { Message } from '@aws-sdk/client-sqs'; export type { Message };`,
    ],
    ['lambdas/operations', `import { table } from '../adapters/aws/table.ts'; void table;`],
    ['lambdas/operations', `import { wire } from '../edge/wiring.ts'; void wire;`],
    ['lambdas/operations', `import { createHmac } from 'node:crypto'; void createHmac;`],
    ['lambdas/adapters', `import { wire } from '../edge/wiring.ts'; void wire;`],
    ['lambdas/adapters', `import { publish } from '../operations/publish.ts'; void publish;`],
    [
      'lambdas/adapters/aws',
      `import { publish } from '../../operations/publish.ts'; void publish;`,
    ],
    ['lambdas/adapters/aws', `import { wire } from '../../edge/wiring.ts'; void wire;`],
    ['lambdas/adapters/sqlite', `import middy from '@middy/core'; void middy;`],
    ['lambdas/adapters/sqlite', cdk],
    ['lambdas/contract/http', `import { match } from '../../core/events/matching.ts'; void match;`],
    [
      'lambdas/core/deliveries',
      `import { keys } from '../../adapters/aws/table/keys.ts'; void keys;`,
    ],
    ['lambdas/core/deliveries', `import { run } from '../../operations/events/run.ts'; void run;`],
    ['lambdas/core/deliveries', `import { randomBytes } from 'node:crypto'; void randomBytes;`],
    ['lambdas/operations/events', `import { input } from '../../edge/http/input.ts'; void input;`],
    [
      'lambdas/operations/events',
      `import { keys } from '../../adapters/aws/table/keys.ts'; void keys;`,
    ],
    [
      'lambdas/adapters/aws/table',
      `import { run } from '../../../operations/events/run.ts'; void run;`,
    ],
    [
      'lambdas/adapters/aws/table',
      `import { schema } from '../../sqlite/file/schema.ts'; void schema;`,
    ],
    [
      'lambdas/adapters/sqlite/file',
      `import { input } from '../../../edge/http/input.ts'; void input;`,
    ],
    ['lambdas/edge/http', `import { keys } from '../../adapters/aws/table/keys.ts'; void keys;`],
    ['lambdas/edge/http', sqs],
    ['lambdas/edge', sqs],
    ['lambdas/edge', `import { table } from '../adapters/aws/table.ts'; void table;`],
    ['lambdas/edge', cdk],
    ['lambdas/edge/wiring-planted.ts', sqs],
    ['lambdas', `import { table } from './adapters/aws/table.ts'; void table;`],
    ['lambdas', sqs],
    ['lambdas', `import { main } from '../bin/local.ts'; void main;`],
    ['lambdas', `import { setup } from '../test/support/setup.ts'; void setup;`],
    ['lambdas', cdk],
    ['lib', `import { match } from '../lambdas/core/matching.ts'; void match;`],
    ['lib', `import { handler } from '../lambdas/api.ts'; void handler;`],
    ['lib', sqs],
    ['web', `import { limits } from '../lambdas/contract/limits.ts'; void limits;`],
    ['web', `import * as z from 'zod'; void z;`],
    [
      'web',
      `import type { Caller } from '../lambdas/operations/caller.ts'; export type { Caller };`,
    ],
    ['web/pages', `import { limits } from '../../lambdas/contract/limits/limits.ts'; void limits;`],
    [
      'web/pages',
      `import type { Memo } from '../../lambdas/core/shared/memo.ts'; export type { Memo };`,
    ],
    ['web', `import { listen } from '../bin/local/listen.ts'; void listen;`],
    ['web', `import { readFileSync } from 'node:fs'; void readFileSync;`],
  ],
  [globals]: ['core', 'operations']
    .flatMap((layer): Plant[] => [
      [`lambdas/${layer}`, `export const now = Date.now();`],
      [`lambdas/${layer}`, `export const now = new Date();`],
      [`lambdas/${layer}`, `export const now = globalThis.Date.now();`],
      [`lambdas/${layer}`, `export const now = performance.now();`],
      [`lambdas/${layer}`, `export const table = process.env['TABLE'];`],
      [`lambdas/${layer}`, `export const id = crypto.randomUUID();`],
      [`lambdas/${layer}`, `export const response = fetch('https://example.com');`],
      [`lambdas/${layer}`, `export const timer = setTimeout(() => {}, 1);`],
      [`lambdas/${layer}`, `export const timer = setInterval(() => {}, 1);`],
    ])
    .concat([['web', `export const bytes = Buffer.from('');`]]),
  'jsx-a11y(label-has-associated-control)': [
    ['web/planted-label.tsx', `export const Name = () => <label>Name</label>;`],
  ],
  [properties]: [
    ['lambdas/core', `export const jitter = Math.random();`],
    ['lambdas/core', `export const { random } = Math;`],
    ['lambdas/operations', `export const jitter = Math.random();`],
  ],
  'unicorn(import-style)': [
    ['lambdas/contract', `import { z } from 'zod'; void z;`],
    ['lambdas/edge', `import zod from 'zod'; void zod;`],
    ['lib', `import { object } from 'zod'; void object;`],
  ],
  'typescript(no-floating-promises)': [
    ['lambdas/operations', `async function save() {}\nexport function run() { save(); }`],
    ['test/core', `async function save() {}\nsave();`],
  ],
  'typescript(no-misused-promises)': [
    ['lambdas/edge', `export const run = (a: string[]) => a.forEach(async () => {});`],
  ],
  'typescript(await-thenable)': [
    ['lambdas/edge', `export const run = async (n: number) => { await n; };`],
  ],
  'typescript(switch-exhaustiveness-check)': [
    [
      'lambdas/core',
      `export function name(state: 'a' | 'b') { switch (state) { case 'a': return 1; } return 2; }`,
    ],
  ],
  'typescript(no-explicit-any)': [['lambdas/core', `export const run = (input: any) => input;`]],
  'typescript(only-throw-error)': [['lambdas/core', `export function run() { throw 'no'; }`]],
  'eslint(no-unused-vars)': [['lambdas/core', `const unused = 1;`]],
  'eslint(eqeqeq)': [['lambdas/core', `export const same = (a: string, b: string) => a == b;`]],
  'eslint(no-console)': [
    ['lambdas/core', `console.log('matched');`],
    ['lambdas/operations', `console.log('published');`],
    ['lambdas/edge', `console.log('served');`],
  ],
  'eslint(max-lines)': [
    ['lambdas/core', lines(251)],
    ['test/core', lines(401)],
  ],
  'eslint(max-lines-per-function)': [['lambdas/core', `export function run() {\n${lines(70)}}`]],
  'eslint(max-params)': [
    ['lambdas/core', `export const sum = (a: number, b: number, c: number, d: number) => a+b+c+d;`],
  ],
  'eslint(complexity)': [
    ['lambdas/core', `export const run = (a: number) => ${'a > 1 ? 1 : '.repeat(10)}0;`],
  ],
  'import(no-cycle)': [
    ['lambdas/core/cycle-a.ts', `import { b } from './cycle-b.ts';\nexport const a = () => b();`],
    ['lambdas/core/cycle-b.ts', `import { a } from './cycle-a.ts';\nexport const b = () => a();`],
    ['lambdas/core/cycle-c.ts', `import type { D } from './cycle-d.ts';\nexport type C = D | 1;`],
    ['lambdas/core/cycle-d.ts', `import type { C } from './cycle-c.ts';\nexport type D = C[];`],
  ],
};

const allowed: Plant[] = [
  ['lambdas/contract', `import * as z from 'zod'; export const schema = z.string();`],
  ['lambdas/contract', `export type { Route } from './routes.ts';`],
  [
    'lambdas/core',
    `import { createHmac, timingSafeEqual } from 'node:crypto'; void [createHmac, timingSafeEqual];`,
  ],
  ['lambdas/core', `import { BlockList, isIP } from 'node:net'; void [BlockList, isIP];`],
  ['lambdas/core', `import { decodeTime } from 'ulid'; void decodeTime;`],
  [
    'lambdas/operations',
    `export * from '../core/ports.ts'; export * from '../contract/limits.ts';`,
  ],
  [
    'lambdas/core/deliveries',
    `export * from '../ports.ts'; export * from '../events/matching.ts';`,
  ],
  ['lambdas/core/deliveries', `export * from '../../contract/limits/limits.ts';`],
  [
    'lambdas/operations/events',
    `export * from '../../core/ids.ts'; export * from '../context.ts';`,
  ],
  ['lambdas/adapters/aws/table', `${sqs} export * from '../clients.ts';`],
  [
    'lambdas/adapters/aws/table',
    `export * from '../../cursor.ts'; export * from '../ledger/a.ts';`,
  ],
  [
    'lambdas/edge/http',
    `export * from '../../operations/events/run.ts'; export * from '../log.ts';`,
  ],
  ['lambdas/adapters', `import { request } from 'node:https'; void request; void Date.now();`],
  ['lambdas/adapters', `export * from './aws/table.ts'; export * from '../core/ports.ts';`],
  ['lambdas/adapters/aws', `${sqs} export * from '../../core/ports.ts';`],
  ['lambdas/adapters/aws', `export * from '../../contract/keys.ts'; export * from '../clock.ts';`],
  ['lambdas/adapters/sqlite', `import { DatabaseSync } from 'node:sqlite'; void DatabaseSync;`],
  ['lambdas/edge', `import middy from '@middy/core'; void middy;`],
  ['lambdas/edge', `import type { SQSEvent } from 'aws-lambda'; export type { SQSEvent };`],
  ['lambdas/edge', `import { readFile } from 'node:fs/promises'; void readFile;`],
  ['lambdas/edge/wiring-allowed.ts', `export * from '../adapters/aws/table.ts';`],
  ['lambdas', `export * from './operations/publish.ts'; export * from './edge/wiring.ts';`],
  ['lib', `import { Queue } from 'aws-cdk-lib/aws-sqs'; void Queue; ${cdk}`],
  ['lib', `export * from '../lambdas/contract/routes.ts';`],
  [
    'web/pages',
    `import type { Route } from '../../lambdas/contract/http/route.ts'; export type { Route };`,
  ],
  ['web', `import type * as z from 'zod'; export type Shape = z.ZodType;`],
  ['web', `import { render } from 'preact'; void render; void fetch('api');`],
  ['bin/local', `export * from '../../lambdas/adapters/sqlite/store.ts'; console.log('ready');`],
];

const root = join(import.meta.dirname, '../..');
const tree = mkdtempSync(join(tmpdir(), 'lint-rules-'));
const reports = new Map<string, string[]>();

beforeAll(() => {
  for (const name of ['oxlint.config.ts', 'tsconfig.json', 'package.json']) {
    copyFileSync(join(root, name), join(tree, name));
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  // The rules know the rooms from the folders that there are.
  for (const entry of readdirSync(join(root, 'lambdas'), {
    recursive: true,
    withFileTypes: true,
  })) {
    if (!entry.isDirectory()) continue;
    mkdirSync(join(tree, relative(root, entry.parentPath), entry.name), { recursive: true });
  }
  const plants = [...Object.values(violations).flat(), ...allowed];
  for (const plant of plants) {
    const path = join(tree, pathOf(plant));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${plant[1]}\n`);
  }
  for (const { filename, code } of lint()) {
    const path = relative(tree, join(tree, filename));
    reports.set(path, [...(reports.get(path) ?? []), code]);
  }
});

afterAll(() => rmSync(tree, { recursive: true }));

describe.each(Object.entries(violations))('%s', (rule, plants) => {
  test.each(titled(plants))('is reported in %s', (_title, plant) => {
    expect(new Set(reports.get(pathOf(plant)))).toEqual(new Set([rule]));
  });
});

test.each(titled(allowed))('allows in %s', (_title, plant) => {
  expect(reports.get(pathOf(plant)) ?? []).toEqual([]);
});

function titled(plants: Plant[]): [title: string, plant: Plant][] {
  return plants.map((plant) => [`${plant[0]}: ${plant[1].split('\n')[0]}`, plant]);
}

function pathOf([place, code]: Plant): string {
  if (/\.tsx?$/.test(place)) return place;
  const all = [...Object.values(violations).flat(), ...allowed];
  const number = all.findIndex((plant) => plant[0] === place && plant[1] === code);
  return `${place}/planted-${number}.ts`;
}

function lint(): Report[] {
  const oxlint = join(root, 'node_modules/oxlint/bin/oxlint');
  const folders = ['bin', 'lambdas', 'lib', 'test', 'web'];
  const { stdout, stderr } = spawnSync(process.execPath, [oxlint, '--format=json', ...folders], {
    cwd: tree,
    encoding: 'utf8',
    maxBuffer: 16 * 1024 * 1024,
  });
  if (!stdout.startsWith('{')) throw new Error(`oxlint gave no report: ${stdout}${stderr}`);
  return (JSON.parse(stdout) as { diagnostics: Report[] }).diagnostics;
}

// The lint rules, and the architecture as a table of allowed imports.
// A TypeScript file, not JSON, so that each layer's rule is derived from one row of that table.
// test/architecture/lint-rules.test.ts plants a violation of each rule and expects its report.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';

type Layer = { files: string[]; allows: string[] };

const awsSdk = ['@aws-sdk/**', '@smithy/**'];
const node = ['node:*', 'node:*/**'];
// 'aws-lambda' has types alone: the compiler refuses any other import of it.
const edgePackages = ['@middy/**', 'aws-lambda', 'zod', ...node];
const adapterPackages = [...awsSdk, 'ulid', 'zod', ...node];
const cdk = ['aws-cdk-lib', 'aws-cdk-lib/**', 'constructs'];

/** Rooms are named one by one: a pattern such as '../*\/**' would match what lies two folders up, too. */
function roomsOf(folder: string): string[] {
  return readdirSync(join(import.meta.dirname, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
}

type Reach = {
  /** The layers that it may import. */
  below?: readonly string[];
  /** What stands beside its folder. */
  beside?: readonly string[];
  packages?: readonly string[];
};

/** Its own files, then those of its rooms: paths are matched as an import writes them, so each depth has its own. */
function layer(folder: string, { below = [], beside = [], packages = [] }: Reach): Layer[] {
  const rooms = roomsOf(folder).map((room) => `../${room}/**`);
  const up = '../'.repeat(folder.split('/').length - 1);
  const reach = (above: string) => [
    ...beside.map((pattern) => `${above}../${pattern}`),
    ...below.map((name) => `${above}${up}${name}/**`),
    ...packages,
  ];
  return [
    { files: [`${folder}/*`], allows: ['./**', ...reach('')] },
    { files: [`${folder}/*/**`], allows: ['./**', '../*.ts', ...rooms, ...reach('../')] },
  ];
}

const purePackages = ['node:crypto', 'node:net', 'ulid'];
const adapter = { below: ['contract', 'core'], beside: ['*.ts'], packages: adapterPackages };

const layers: Layer[] = [
  ...layer('lambdas/contract', { packages: ['zod'] }),
  ...layer('lambdas/core', { below: ['contract'], packages: purePackages }),
  ...layer('lambdas/operations', { below: ['contract', 'core'] }),
  { files: ['lambdas/adapters/*'], allows: ['./**', '../{contract,core}/**', ...adapterPackages] },
  ...layer('lambdas/adapters/aws', adapter),
  ...layer('lambdas/adapters/http', adapter),
  ...layer('lambdas/adapters/sqlite', adapter),
  ...layer('lambdas/edge', { below: ['contract', 'core', 'operations'], packages: edgePackages }),
  {
    files: ['lambdas/edge/wiring*.ts'],
    allows: ['./**', '../{adapters,contract,core,edge,operations}/**', ...edgePackages],
  },
  {
    files: ['lambdas/*.ts'],
    allows: ['./*.ts', './{contract,core,edge,operations}/**', ...edgePackages],
  },
  {
    files: ['lib/**'],
    allows: ['./**', '../lambdas/contract/**', ...cdk, 'zod', ...node],
  },
];

// The core may use only what these packages compute from their arguments.
const pureExports = [
  {
    name: 'node:crypto',
    allowImportNames: [
      'createHash',
      'createHmac',
      'createPrivateKey',
      'createPublicKey',
      'createSecretKey',
      'KeyObject',
      'sign',
      'timingSafeEqual',
      'verify',
      'X509Certificate',
    ],
    message: 'Take randomness and keys as arguments or from a port.',
  },
  {
    name: 'node:net',
    allowImportNames: ['BlockList', 'isIP', 'isIPv4', 'isIPv6'],
    message: 'The core only judges addresses; connecting belongs to an adapter.',
  },
  {
    name: 'ulid',
    allowImportNames: ['decodeTime', 'encodeTime'],
    message: 'Making a ULID reads the clock and needs randomness: use the Ids port.',
  },
];

function importRule({ files, allows }: Layer) {
  const message = 'This layer may not import that: see ARCHITECTURE.md.';
  const patterns = [{ group: ['**', ...allows.map((pattern) => `!${pattern}`)], message }];
  const paths = files[0]?.startsWith('lambdas/core/') ? pureExports : [];
  return { files, rules: { 'no-restricted-imports': ['error', { patterns, paths }] } };
}

const ambientGlobals = [
  { names: ['Date', 'performance'], message: 'Take the time as an argument or from Clock.' },
  { names: ['setTimeout', 'setInterval', 'setImmediate'], message: 'Waiting belongs to a queue.' },
  { names: ['crypto'], message: 'Take randomness as an argument or from the Random port.' },
  { names: ['fetch'], message: 'Send through the HttpSender port.' },
  { names: ['process'], message: 'Settings are parsed at the edge and passed in.' },
  { names: ['globalThis', 'global'], message: 'It would reach the forbidden globals.' },
].flatMap(({ names, message }) => names.map((name) => ({ name, message })));

const webImports = 'The console may import types of the contract, and its own files.';

const sizeRules = {
  'max-lines': ['error', { max: 250 }],
  'max-lines-per-function': ['error', { max: 70 }],
  'max-params': ['error', { max: 3 }],
  complexity: ['error', { max: 10, variant: 'modified' }],
};

export default {
  plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'node', 'promise'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  ignorePatterns: ['cdk.out', 'web/dist', 'coverage', '.data', '.ci/reports'],
  // Preact writes HTML's own names.
  settings: { 'jsx-a11y': { attributes: { for: ['for'] } } },
  rules: {
    eqeqeq: 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    'no-var': 'error',
    'prefer-const': 'error',
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'typescript/await-thenable': 'error',
    'typescript/no-explicit-any': 'error',
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/switch-exhaustiveness-check': [
      'error',
      { considerDefaultExhaustiveForUnions: false, requireDefaultForNonUnion: true },
    ],
    // The named export pulls every locale into the bundle: 443 KB instead of 83 KB.
    'unicorn/import-style': [
      'error',
      { styles: { zod: { namespace: true } }, extendDefaultStyles: false },
    ],
    ...sizeRules,
  },
  overrides: [
    {
      files: ['lambdas/**'],
      rules: {
        'no-console': 'error',
        'no-restricted-imports': [
          'error',
          {
            patterns: [{ group: cdk }, { group: ['**/lib/**', '**/test/**', '**/bin/**'] }],
          },
        ],
      },
    },
    ...layers.map(importRule),
    {
      files: ['lambdas/core/**', 'lambdas/operations/**'],
      rules: {
        'no-restricted-globals': ['error', ...ambientGlobals],
        'no-restricted-properties': [
          'error',
          { object: 'Math', property: 'random', message: 'Take it from the Random port.' },
        ],
      },
    },
    {
      files: ['web/**'],
      plugins: ['eslint', 'typescript', 'unicorn', 'oxc', 'import', 'promise', 'jsx-a11y'],
      rules: {
        // The browser's code takes types from the contract, which cost nothing, and nothing else of the service.
        'no-restricted-imports': [
          'error',
          {
            patterns: [
              {
                group: ['**/lambdas/contract/**', 'zod'],
                allowTypeImports: true,
                message: webImports,
              },
              {
                group: [
                  '**/lambdas/*.ts',
                  '**/lambdas/{adapters,core,edge,operations}/**',
                  '**/lib/**',
                  '**/bin/**',
                ],
                message: webImports,
              },
              { group: node, message: webImports },
            ],
          },
        ],
        'no-restricted-globals': ['error', 'process', 'Buffer', 'require'],
        // `output` has a meaning of its own, and a block that scrolls must be reachable by keyboard.
        'jsx-a11y/prefer-tag-over-role': 'off',
        'jsx-a11y/no-noninteractive-tabindex': 'off',
        'jsx-a11y/label-has-associated-control': ['error', { assert: 'either' }],
      },
    },
    {
      files: ['test/**'],
      rules: {
        'max-lines': ['error', { max: 400 }],
        // The parts of the simulation describe each other.
        'import/no-cycle': 'error',
        'max-lines-per-function': 'off',
        'typescript/no-non-null-assertion': 'off',
        'typescript/unbound-method': 'off',
      },
    },
  ],
};

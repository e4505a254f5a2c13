// `npm run test:emulator [-- --api=http|rest] [--browser] [<test file>…]`: the stack and its suites on what answers at
// AWS_ENDPOINT_URL, MiniStack or LocalStack, else on a MiniStack of its own. With `--localstack` on the LocalStack that
// LOCALSTACK_START starts. With `--dynamodb-local` the AWS driver's stores on AWS's DynamoDB Local, and no stack.
// With `--browser` the walk over the console's pages goes through each stack too; that needs Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runOnDynamoDbLocal } from './dynamodb-local.ts';
import { isAnswering } from './endpoint.ts';
import { startLocalStack } from './localstack.ts';
import { startMiniStack } from './ministack.ts';
import { MissingError } from './missing-error.ts';
import { runOnEmulator } from './stack-suites.ts';

const { values, positionals: filters } = parseArgs({
  options: {
    api: { type: 'string', multiple: true },
    browser: { type: 'boolean', default: false },
    'dynamodb-local': { type: 'boolean', default: false },
    localstack: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), 'emulator-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

async function run(): Promise<boolean> {
  if (values['dynamodb-local']) return runOnDynamoDbLocal(folder, filters);
  const options = { folder, kinds: values.api, browser: values.browser, filters };
  if (values.localstack) {
    const { url, stop } = await startLocalStack(folder);
    const passed = await runOnEmulator({ ...options, url });
    await stop();
    return passed;
  }
  const given = process.env['AWS_ENDPOINT_URL'];
  const isThere = given !== undefined && (await isAnswering(given));
  return runOnEmulator({ ...options, url: isThere ? given : await startMiniStack(folder) });
}

try {
  process.exit((await run()) ? 0 : 1);
} catch (error) {
  if (!(error instanceof MissingError)) throw error;
  console.error(error.message);
  process.exit(2);
}

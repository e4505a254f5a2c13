// `npm run key`: creates an API key and prints it. It makes the first key, so it requires what only
// an operator has: the data directory of a local server, running or not, or AWS credentials for a
// deployment's table.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { openApiKeys } from '../lambdas/adapters/aws/api-keys.ts';
import { openClients } from '../lambdas/adapters/aws/clients.ts';
import { openTable } from '../lambdas/adapters/aws/table/dynamo-table.ts';
import {
  DataDirectoryUnusableError,
  openDatabase,
} from '../lambdas/adapters/sqlite/file/database.ts';
import { openSqlitePorts } from '../lambdas/adapters/sqlite/ports.ts';
import { systemPorts } from '../lambdas/adapters/system.ts';
import { scope } from '../lambdas/contract/http/resources.ts';
import { localSettings, parseSettings, SettingsError } from '../lambdas/contract/settings.ts';
import type { ApiKey } from '../lambdas/core/access/api-key.ts';
import type { ApiKeyStore } from '../lambdas/core/ports.ts';
import { hourMs } from '../lambdas/core/ledger/stats.ts';
import { ServiceError } from '../lambdas/core/shared/service-error.ts';
import { defaultTenant } from '../lambdas/core/access/tenant.ts';
import { createApiKey } from '../lambdas/operations/access/create-api-key.ts';

// Like the server: files are readable by this user only.
process.umask(0o077);

const usage =
  'Usage: npm run key -- [--table <name>] [--scope admin|publish|read]… [--name <name>]';

try {
  const options = readOptions();
  const store = options.table === undefined ? openLocal() : openAws(options.table);
  const about = { name: options.name ?? null, scopes: options.scopes };
  const { text, key } = await createApiKey({ ...systemPorts, ...store }, defaultTenant, about);
  store.close();
  // Only the key goes to standard output, so that KEY=$(npm run --silent key) works.
  console.log(text);
  console.error(`${describe(key)} Keep it: it is shown only once.`);
} catch (error) {
  console.error(sentenceFor(error));
  process.exitCode = 1;
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      table: { type: 'string' },
      // The first key creates the others.
      scope: { type: 'string', multiple: true, default: ['admin'] },
      name: { type: 'string' },
    },
  });
  return { ...values, scopes: z.array(scope).parse(values.scope) };
}

function describe({ id, scopes }: ApiKey): string {
  const noun = scopes.length === 1 ? 'scope' : 'scopes';
  const may = scopes.includes('admin') ? ', which may do everything' : '';
  return `Created API key ${id} with the ${noun} ${scopes.join(' and ')}${may}.`;
}

function openLocal(): { apiKeys: ApiKeyStore; close(): void } {
  const wanted = localSettings.pick({ DATA_DIR: true, RETENTION_HOURS: true });
  const { DATA_DIR, RETENTION_HOURS } = parseSettings(wanted, process.env);
  const database = openDatabase(resolve(DATA_DIR));
  const retentionMs = RETENTION_HOURS * hourMs;
  return openSqlitePorts({ database, clock: systemPorts.clock, retentionMs });
}

function openAws(tableName: string): { apiKeys: ApiKeyStore; close(): void } {
  const { dynamodb: client } = openClients();
  const apiKeys = openApiKeys(openTable({ ...systemPorts, client, tableName }));
  return { apiKeys, close: () => client.destroy() };
}

function sentenceFor(error: unknown): string {
  if (error instanceof z.ZodError) return usage;
  if (!(error instanceof Error)) throw error;
  const isMisuse = 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  if (isMisuse) return `${error.message}\n${usage}`;
  const isExplained =
    error instanceof SettingsError ||
    error instanceof ServiceError ||
    error instanceof DataDirectoryUnusableError;
  // AWS client errors about credentials, regions and names are meant for the operator too.
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return isExplained ? error.message : `${error.message}${cause}`;
}

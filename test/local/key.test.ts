// The command that makes API keys: no more rights than were asked for, and it says which.
import { expect, test } from 'vitest';
import { runToEnd } from '../support/local-server.ts';
import { newDataDirectory, startServer } from './setup.ts';

async function make(dataDirectory: string, ...args: string[]) {
  const { code, output } = await runToEnd('bin/key.ts', { DATA_DIR: dataDirectory }, args);
  return { code, output, key: /^whk_\S+$/m.exec(output)?.[0] ?? '' };
}

test('the key may do what was asked for and nothing else', async () => {
  const DATA_DIR = await newDataDirectory();
  const publish = await make(DATA_DIR, '--scope=publish');
  const both = await make(DATA_DIR, '--scope', 'publish', '--scope', 'read', '--name', 'ci');
  const first = await make(DATA_DIR);
  expect(publish.output).toMatch(/^Created API key [0-9a-f]{16} with the scope publish\. /m);
  expect(both.output).toMatch(/with the scopes publish and read\. /);
  expect(first.output).toMatch(/with the scope admin, which may do everything\. /);

  const { api } = await startServer({ DATA_DIR, API_AUTH: 'on' }, { key: first.key });
  const { api_keys: keys } = await api.call('listApiKeys');
  const scopesOf = ({ key }: { key: string }) => keys.find(({ id }) => key.includes(id))?.scopes;
  expect(scopesOf(publish)).toEqual(['publish']);
  expect(scopesOf(both)).toEqual(['publish', 'read']);
  expect(scopesOf(first)).toEqual(['admin']);
});

test.each([['--scope=root'], ['--scopes=admin'], ['--scope']])('%s is refused', async (...args) => {
  const { code, output, key } = await make(await newDataDirectory(), ...args);
  expect(code).toBe(1);
  expect(key).toBe('');
  expect(output).toContain('Usage: npm run key -- [--table <name>] [--scope admin|publish|read]');
});

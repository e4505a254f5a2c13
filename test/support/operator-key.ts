// Makes an API key as an operator does: by the command, on the server's data directory.
import type { Scope } from '../../lambdas/core/access/api-key.ts';
import { runToEnd } from './local-server.ts';

export async function makeKey(dataDirectory: string, ...scopes: Scope[]): Promise<string> {
  const { output } = await runToEnd(
    'bin/key.ts',
    { DATA_DIR: dataDirectory },
    scopes.map((scope) => `--scope=${scope}`),
  );
  const key = /^whk_\S+$/m.exec(output)?.[0];
  if (key === undefined) throw new Error(`No key was made:\n${output}`);
  return key;
}

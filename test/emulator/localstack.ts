// Starts a LocalStack by the command that LOCALSTACK_START names, which runs until it is told to end.
import { join } from 'node:path';
import { isAnswering } from './endpoint.ts';
import { MissingError } from './missing-error.ts';
import { startServer, type ServerProcess } from './server-process.ts';

/** An image may have to be fetched first. */
const startsWithinMs = 600_000;

export async function startLocalStack(folder: string): Promise<ServerProcess & { url: string }> {
  const url = process.env['AWS_ENDPOINT_URL'] ?? 'http://127.0.0.1:4566';
  const command = process.env['LOCALSTACK_START'];
  if (command === undefined) {
    throw new MissingError('LOCALSTACK_START must be a command that starts LocalStack.');
  }
  if (await isAnswering(url)) {
    throw new MissingError(
      `LocalStack cannot start, since something answers at ${url}: to use that, leave out --localstack.`,
    );
  }
  const log = join(folder, 'localstack.log');
  const server = await startServer({
    name: 'LocalStack',
    command: ['/bin/sh', '-c', command],
    env: process.env,
    log,
    url: `${url}/_localstack/health`,
    startsWithinMs,
  });
  return { url, ...server };
}

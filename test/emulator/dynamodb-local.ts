// AWS's own DynamoDB Local, out of Maven Central: gets it once, starts it in memory on a free port, and runs the suite
// that holds the AWS driver to it.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { report, runSuite } from '../support/suites.ts';
import { textOf } from '../support/text-of.ts';
import { emulatorEnvironment } from './deployment.ts';
import { MissingError } from './missing-error.ts';
import { freePort, startServer } from './server-process.ts';

const root = join(import.meta.dirname, '../..');
const library = join(root, '.dynamodb-local');
const wanted = join(root, 'test/dynamodb-local/pom.xml');
const installed = join(library, 'pom.xml');
const mainClass = 'software.amazon.dynamodb.services.local.main.ServerRunner';
const javaMin = 17;
const startsWithinMs = 60_000;

/** True when nothing failed. */
export async function runOnDynamoDbLocal(folder: string, filters: string[]): Promise<boolean> {
  requireJava();
  if (textOf(installed) !== textOf(wanted)) install();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const paths = [`-Djava.library.path=${library}`, '-cp', join(library, '*')];
  const server = await startServer({
    name: 'DynamoDB Local',
    // It has no option for an address, and listens on all of them.
    command: ['java', ...paths, mainClass, '-inMemory', '-disableTelemetry', '-port', String(port)],
    env: process.env,
    log: join(folder, 'dynamodb-local.log'),
    url,
    startsWithinMs,
  });
  const totals = runSuite('dynamodb-local-suite', 'dynamodb-local', {
    env: emulatorEnvironment(url),
    filters,
  });
  await server.stop();
  return report('dynamodb-local', [totals]);
}

function requireJava(): void {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const wants = `DynamoDB Local needs Java ${javaMin} or newer`;
  if (error !== undefined) throw new MissingError(`${wants}: there is no java on the PATH.`);
  const version = Number(/version "(\d+)/.exec(stderr)?.[1]);
  if (!(version >= javaMin)) throw new MissingError(`${wants}: java is ${version}.`);
  // Maven Central has the SQLite that it is built on for no other.
  if (process.arch !== 'x64') {
    throw new MissingError(
      `DynamoDB Local needs a processor of the kind x64: this one is ${process.arch}.`,
    );
  }
}

function install(): void {
  if (spawnSync('mvn', ['--version']).error !== undefined) {
    throw new MissingError('DynamoDB Local is fetched by Maven: there is no mvn on the PATH.');
  }
  console.log('Getting DynamoDB Local from Maven Central into .dynamodb-local: about ten seconds.');
  rmSync(library, { recursive: true, force: true });
  mkdirSync(library);
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${library}`];
  const fetch = ['--quiet', '--batch-mode', '--color=never', `--file=${wanted}`, ...goal];
  const { status, stdout } = spawnSync('mvn', fetch, { encoding: 'utf8' });
  if (status !== 0) {
    const reason = /ERROR\] (.*)/.exec(stdout)?.[1] ?? `mvn ends with ${status}`;
    throw new MissingError(`Maven Central does not give DynamoDB Local: ${reason}`);
  }
  // Last, so that an interrupted installation counts as none.
  copyFileSync(wanted, installed);
}

// Deploys the real stack to the emulator by the real `cdk deploy`, and says where a client finds it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type ApiKind = 'http' | 'rest';

export type Deployment = {
  baseUrl: string;
  /** Where a browser finds the same API: the page's paths must start at the root of a host, or at the stage. */
  consoleUrl: string;
  tableName: string;
  eventBusName: string;
};

const root = join(import.meta.dirname, '../..');

/** Credentials and an endpoint of the emulator's: nothing of the caller's can reach a real account. */
export function emulatorEnvironment(url: string): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(AWS|CDK)_/.test(name));
  return {
    ...Object.fromEntries(inherited),
    PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`,
    AWS_ENDPOINT_URL: url,
    AWS_ENDPOINT_URL_S3: url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

export function bootstrap(url: string): void {
  cdk(url, ['bootstrap', 'aws://000000000000/us-east-1']);
}

export function deploy(
  url: string,
  { kind, folder, settings }: { kind: ApiKind; folder: string; settings: Record<string, string> },
): Deployment {
  const stackName = `WebhookDelivery-${kind}`;
  const outputsFile = join(folder, `${kind}.json`);
  const context = { ...settings, stackName, api: kind, removalPolicy: 'destroy' };
  cdk(url, [
    'deploy',
    '--require-approval=never',
    `--output=${join(folder, `cdk.out-${kind}`)}`,
    `--outputs-file=${outputsFile}`,
    ...Object.entries(context).map(([name, value]) => `--context=${name}=${value}`),
  ]);
  const outputs = JSON.parse(readFileSync(outputsFile, 'utf8'))[stackName];
  return {
    ...reachable(outputs.ApiUrl, url, kind),
    tableName: outputs.TableName,
    eventBusName: outputs.EventBusName,
  };
}

/**
 * The URL of the output is AWS's: emulators serve every API under a path of their own, and by a host name that every
 * browser takes for this machine.
 */
function reachable(
  apiUrl: string,
  url: string,
  kind: ApiKind,
): Pick<Deployment, 'baseUrl' | 'consoleUrl'> {
  // LocalStack puts an address where AWS has a domain, and that is no URL; MiniStack gives an HTTP API no TLS.
  const [, apiId, path = ''] = /^https?:\/\/([^.]+)\.[^/]+(.*)$/.exec(apiUrl) ?? [];
  if (apiId === undefined) throw new Error(`No URL of an API: ${apiUrl}`);
  const stage = kind === 'rest' ? path.replace(/\/$/, '') : '';
  return {
    baseUrl: `${url}/_aws/execute-api/${apiId}${stage === '' ? '/$default' : stage}`,
    consoleUrl: `http://${apiId}.execute-api.localhost:${new URL(url).port}${stage}/`,
  };
}

function cdk(url: string, args: string[]): void {
  const { status, stdout, stderr } = spawnSync('cdk', args, {
    cwd: root,
    encoding: 'utf8',
    env: emulatorEnvironment(url),
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`cdk ${args[0]} failed:\n${stdout}${stderr}`);
}

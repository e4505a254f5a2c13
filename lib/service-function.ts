// The one shape of a function: Node 24 on arm64, one small ES module with the AWS SDK inside, JSON logs with a
// retention, a role of its own that may write those logs and nothing else until it is granted more.
import { join } from 'node:path';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  ApplicationLogLevel,
  Architecture,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
  SystemLogLevel,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Charset, NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { limits } from '../lambdas/contract/limits/limits.ts';
import type { AwsSettings, ServiceSettings } from '../lambdas/contract/settings.ts';

/** A setting that a function needs and the stack forgot does not compile. */
export type Environment = Record<keyof AwsSettings, string> &
  Partial<Record<keyof ServiceSettings, string>>;

type Entry = 'api' | 'console' | 'publish' | 'deliver' | 'dead-letter' | 'check-ledger';

export type ReservedConcurrency = Readonly<Record<Entry, number | undefined>>;

export type ServiceFunctionProps = {
  /** The file in `lambdas/` that exports `handler`. */
  entry: Entry;
  timeoutMs: number;
  /** Absent for a function that touches no data. */
  environment?: Environment;
  logRetention: RetentionDays;
  /** What is reserved of the account's concurrency; nothing where nothing is set. */
  reservedConcurrency: ReservedConcurrency;
  recursiveLoop?: RecursiveLoop;
  /** A command that adds files to the bundle in the folder that it is given. */
  addFiles?: (folder: string) => string;
};

/** What all functions that touch data share. */
export type SharedProps = Pick<
  ServiceFunctionProps,
  'environment' | 'logRetention' | 'reservedConcurrency'
>;

const root = join(import.meta.dirname, '..');

export class ServiceFunction extends NodejsFunction {
  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);
    const reserved = props.reservedConcurrency[props.entry];
    super(scope, id, {
      entry: join(root, 'lambdas', `${props.entry}.ts`),
      projectRoot: root,
      depsLockFilePath: join(root, 'package-lock.json'),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: limits.functionMemoryMb,
      timeout: Duration.millis(props.timeoutMs),
      ...(props.environment && { environment: props.environment }),
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Drops the platform's own lines for every start and end, which would cost more than ours.
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      tracing: Tracing.DISABLED,
      recursiveLoop: props.recursiveLoop ?? RecursiveLoop.TERMINATE,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        charset: Charset.UTF8,
        // The SDK of the runtime would be found in node_modules file by file: 100 ms more of cold start.
        bundleAwsSDK: true,
        mainFields: ['module', 'main'],
        // CommonJS parts inside an ES module still call require.
        banner:
          "import{createRequire}from'node:module';const require=createRequire(import.meta.url);",
        commandHooks: {
          beforeBundling: () => [],
          beforeInstall: () => [],
          afterBundling: (_input, output) => [props.addFiles?.(output) ?? []].flat(),
        },
      },
    });
  }
}

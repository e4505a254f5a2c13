// The template of every function: Node 24 on arm64, one small ES module with the AWS SDK bundled,
// JSON logs with a retention, its own role that may only write those logs until granted more.
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

/** Forgetting a setting that a function needs does not compile. */
export type Environment = Record<keyof AwsSettings, string> &
  Partial<Record<keyof ServiceSettings, string>>;

type Entry = 'api' | 'console' | 'publish' | 'deliver' | 'dead-letter' | 'check-ledger';

export type ReservedConcurrency = Readonly<Record<Entry, number | undefined>>;

export type ServiceFunctionProps = {
  /** The file in `lambdas/` that exports `handler`. */
  entry: Entry;
  timeoutMs: number;
  /** Absent for functions that touch no data. */
  environment?: Environment;
  logRetention: RetentionDays;
  /** Reserved concurrency; none by default. */
  reservedConcurrency: ReservedConcurrency;
  recursiveLoop?: RecursiveLoop;
  /** A command that adds files to the bundle in the given folder. */
  addFiles?: (folder: string) => string;
};

/** Shared by all functions that touch data. */
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
      // Drops the platform's start and end lines, which would cost more than ours.
      systemLogLevelV2: SystemLogLevel.WARN,
      applicationLogLevelV2: ApplicationLogLevel.INFO,
      tracing: Tracing.DISABLED,
      recursiveLoop: props.recursiveLoop ?? RecursiveLoop.TERMINATE,
      bundling: {
        format: OutputFormat.ESM,
        target: 'node24',
        minify: true,
        charset: Charset.UTF8,
        // Loading the runtime's own SDK from node_modules, file by file, adds 100 ms to cold
        // starts.
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

// Accepted cdk-nag findings, each with its reason. They travel with the construct, so that an app
// that imports it and runs the same rules need not decide again. test/lib/nag.test.ts finds unused
// ones.
import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

const reasons = {
  everywhere: {
    'AwsSolutions::AwsSolutions-APIG4':
      'The functions check API keys and signatures themselves: an authorizer would cost an extra invocation per request, and ingest also accepts a signature over the body, which no authorizer sees.',
    'Serverless::Serverless-LambdaTracing':
      'X-Ray costs more than the delivery it traces, and its SDK is in maintenance. One wide log line per unit of work carries the ids.',
    'Serverless::Serverless-LambdaDLQ':
      'One function is invoked asynchronously, to check the ledger: the next check makes up for a lost one. The queue of the deliver function has a dead-letter queue.',
    'Serverless::Serverless-LambdaEventSourceMappingDestination':
      'SQS event sources have no failure destination: the queue has a dead-letter queue.',
  },
  restApi: {
    'AwsSolutions::AwsSolutions-APIG2':
      'The functions validate every request against the contract and name each bad field.',
    'AwsSolutions::AwsSolutions-APIG3':
      'A web ACL has a fixed price; an owner who wants one attaches it to the stage.',
    'AwsSolutions::AwsSolutions-APIG6':
      'Execution logs would hold bodies, which are private, and cost more than access logs, which are on.',
    'AwsSolutions::AwsSolutions-COG4':
      'Callers are programs with API keys, not people in a user pool.',
    'Serverless::Serverless-APIGWXrayEnabled': 'See the reason for the functions.',
  },
  gatewayLogs: {
    'AwsSolutions::AwsSolutions-IAM4[Policy::ARN]':
      "API Gateway's own policy for writing its logs is what its account setting asks for.",
  },
  deadLetters: {
    'AwsSolutions::AwsSolutions-SQS3':
      'It is the dead-letter queue of the schedules, which name it on creation.',
    'Serverless::Serverless-SQSRedrivePolicy':
      'It is a dead-letter queue: an alarm watches it, and the runbook says how to redrive its messages.',
  },
  ledgerSchedule: {
    'Serverless::Serverless-EventBusDLQ':
      'Its events only say that an hour has passed: the next one makes up for a lost one.',
  },
  schedules: {
    'AwsSolutions::AwsSolutions-IAM5[Resource::ARN]':
      'Schedules are named at run time. The wildcard covers the names within this stack’s own group.',
  },
} as const;

/** `arn` narrows findings that are reported one by one for each ARN. */
export function acknowledge(finding: keyof typeof reasons, scope: IConstruct, arn = ''): void {
  const entries = Object.entries(reasons[finding]).map(([id, reason]) => ({
    id: id.replace('ARN', readable(Stack.of(scope).resolve(arn))),
    reason,
  }));
  Validations.of(scope).acknowledge(...entries);
}

/** An ARN as cdk-nag writes it: references in angle brackets. */
function readable(arn: string | { 'Fn::Join': [string, (string | { Ref: string })[]] }): string {
  if (typeof arn === 'string') return arn;
  const [separator, parts] = arn['Fn::Join'];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join(separator);
}

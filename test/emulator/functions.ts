// What a test changes of the deployed functions and their queue for a while: the endpoint at which they find AWS, and the
// time after which a message that failed comes again. The emulator takes unsigned calls.
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { SQSClient } from '@aws-sdk/client-sqs';

type Variables = Readonly<Record<string, string>>;
type DeployedFunction = { FunctionName: string; Environment?: { Variables?: Variables } };

const path = '/2015-03-31/functions';
const credential = 'test/20350101/us-east-1/lambda/aws4_request';
const headers = {
  authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=0`,
  'content-type': 'application/json',
};

/** The functions of the stack with this event bus, by name, with their variables. */
export async function functionsOf(
  emulator: string,
  eventBusName: string,
): Promise<Map<string, Variables>> {
  const response = await fetch(`${emulator}${path}/?MaxItems=50`, { headers });
  const { Functions } = (await response.json()) as { Functions: DeployedFunction[] };
  const found = Functions.map(
    ({ FunctionName, Environment }) => [FunctionName, Environment?.Variables ?? {}] as const,
  );
  return new Map(found.filter(([, { EVENT_BUS_NAME }]) => EVENT_BUS_NAME === eventBusName));
}

export async function setVariables(
  emulator: string,
  name: string,
  variables: Variables,
): Promise<void> {
  const response = await fetch(`${emulator}${path}/${name}/configuration`, {
    method: 'PUT',
    headers,
    body: JSON.stringify({ Environment: { Variables: variables } }),
  });
  if (!response.ok) throw new Error(`${name} cannot be changed: ${await response.text()}`);
}

/** As if AWS were at this endpoint. The SQS client goes where the queue's URL says. */
export function variablesFor(endpoint: string, variables: Variables): Variables {
  const { QUEUE_URL } = variables;
  return {
    ...variables,
    AWS_ENDPOINT_URL: endpoint,
    ...(QUEUE_URL !== undefined && { QUEUE_URL: `${endpoint}${new URL(QUEUE_URL).pathname}` }),
  };
}

/** Returns what it was before. */
export async function setVisibilityTimeout(
  sqs: SQSClient,
  QueueUrl: string,
  seconds: string,
): Promise<string> {
  const { VisibilityTimeout = '' } = await attributesOf(sqs, QueueUrl);
  const Attributes = { VisibilityTimeout: seconds };
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  return VisibilityTimeout;
}

export async function countDeadLetters(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { RedrivePolicy = '{}' } = await attributesOf(sqs, QueueUrl);
  const { deadLetterTargetArn } = JSON.parse(RedrivePolicy) as { deadLetterTargetArn: string };
  const QueueName = deadLetterTargetArn.split(':').at(-1);
  const dead = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const attributes = await attributesOf(sqs, dead.QueueUrl!);
  return Number(attributes['ApproximateNumberOfMessages']);
}

async function attributesOf(sqs: SQSClient, QueueUrl: string): Promise<Record<string, string>> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  return (await sqs.send(command)).Attributes ?? {};
}

/** Calls a function and waits for its end. Returns what it failed with, or null. */
export async function invoke(emulator: string, name: string): Promise<string | null> {
  const response = await fetch(`${emulator}${path}/${name}/invocations`, {
    method: 'POST',
    headers,
    body: '{}',
  });
  const text = await response.text();
  return response.ok && response.headers.get('x-amz-function-error') === null ? null : text;
}

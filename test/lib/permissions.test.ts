import { describe, expect, test } from 'vitest';
import type { Grant } from '../support/permissions.ts';
import { excesses, grantsOf } from '../support/permissions.ts';
import { ofType, synth } from '../support/template.ts';

const http = synth();
const rest = synth({ api: 'rest' });

const actionsOf = (grants: Grant[], service: string) =>
  grants
    .flatMap(({ actions }) => actions)
    .filter((action) => action.startsWith(`${service}:`))
    .map((action) => action.slice(service.length + 1))
    .toSorted();

test('bounds every right to named actions on parts of the stack', () => {
  expect(excesses(http)).toEqual([]);
});

test('gives away one managed policy, for the access logs of a REST API', () => {
  expect(excesses(rest)).toEqual([
    expect.stringMatching(/CloudWatchRole\w+ has AmazonAPIGatewayPushToCloudWatchLogs$/),
  ]);
});

describe('the checker sees a planted', () => {
  test.each([
    ['*', '${Table.Arn}'],
    ['dynamodb:*', '${Table.Arn}'],
    ['dynamodb:Get*', '${Table.Arn}'],
    ['sqs:SendMessage', '*'],
    ['sqs:SendMessage', 'arn:aws:sqs:*:*:*'],
    ['sqs:SendMessage', 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:*'],
    ['iam:PassRole', 'arn:aws:iam::123456789012:role/Admin'],
  ])('%s on %s', (action, resource) => {
    const planted = structuredClone(http);
    const [policy] = ofType(planted, 'AWS::IAM::Policy');
    policy!.properties.PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: [action],
      Resource: resource,
    });
    expect(excesses(planted)).toHaveLength(1);
  });

  test('managed policy', () => {
    const planted = structuredClone(http);
    const [role] = ofType(planted, 'AWS::IAM::Role');
    role!.properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/AdministratorAccess'];
    expect(excesses(planted)).toEqual([expect.stringContaining('AdministratorAccess')]);
  });
});

test('lets no function scan, and only the api function delete', () => {
  const allowed = (action: string) => [
    ...new Set(
      grantsOf(http, '').flatMap(({ role, actions }) =>
        actions.includes(`dynamodb:${action}`) ? [role] : [],
      ),
    ),
  ];
  expect(allowed('BatchGetItem')).toHaveLength(4);
  expect(allowed('Scan')).toEqual([]);
  expect(allowed('DeleteItem')).toEqual([expect.stringMatching(/ApiRole/)]);
});

test('lets the dead-letter function put items and read its queue, and nothing else', () => {
  const grants = grantsOf(http, 'DeadLetterRole');
  expect(actionsOf(grants, 'dynamodb')).toEqual(['PutItem']);
  expect(actionsOf(grants, 'sqs')).toEqual([
    'ChangeMessageVisibility',
    'DeleteMessage',
    'GetQueueAttributes',
    'GetQueueUrl',
    'ReceiveMessage',
  ]);
  expect(actionsOf(grants, 'logs')).toEqual(['CreateLogStream', 'PutLogEvents']);
  expect(grants.flatMap(({ actions }) => actions)).toHaveLength(8);
  const queues = grants.filter(({ actions }) => actions.includes('sqs:ReceiveMessage'));
  expect(queues.flatMap(({ resources }) => resources)).toEqual([
    expect.stringMatching(/^\$\{ServiceDeliveriesDeadLetters\w+\.Arn\}$/),
  ]);
});

test('lets only the deliver function schedule, and pass no role but the one for it', () => {
  const [create] = grantsOf(http, 'DeliverRole').filter(({ actions }) =>
    actions.includes('scheduler:CreateSchedule'),
  );
  expect(create!.resources).toEqual([
    expect.stringMatching(/:schedule\/[\w-]+Deliveries-Schedules-\w+\/\*$/),
  ]);
  const passing = grantsOf(http, '').filter(({ actions }) => actions.includes('iam:PassRole'));
  expect(passing).toEqual([
    {
      role: expect.stringContaining('DeliverRole'),
      actions: ['iam:PassRole'],
      resources: [expect.stringMatching(/^\$\{\w+SchedulerRole\w+\.Arn\}$/)],
    },
  ]);
  expect(actionsOf(grantsOf(http, 'PublishRole'), 'scheduler')).toEqual([]);
  expect(actionsOf(grantsOf(http, 'ApiRole'), 'scheduler')).toEqual([]);
});

test('lets the console function write its logs, and do nothing else', () => {
  const actions = grantsOf(http, 'ConsoleRole').flatMap((grant) => grant.actions);
  expect(actions.length).toBeGreaterThan(0);
  expect(actions.filter((action) => !action.startsWith('logs:'))).toEqual([]);
});

test('lets only the deliver function put events, on the bus of the stack alone', () => {
  const putting = grantsOf(http, '').filter(({ actions }) => actions.includes('events:PutEvents'));
  expect(putting).toEqual([
    {
      role: expect.stringContaining('DeliverRole'),
      actions: ['events:PutEvents'],
      resources: [expect.stringMatching(/^\$\{\w+EventsBus\w+\.Arn\}$/)],
    },
  ]);
});

test('lets the scheduler send to the queue and its dead letters, and nothing else', () => {
  const [role] = ofType(http, 'AWS::IAM::Role').filter(({ id }) => id.includes('SchedulerRole'));
  const [trust] = role!.properties.AssumeRolePolicyDocument.Statement;
  expect(trust.Principal).toEqual({ Service: 'scheduler.amazonaws.com' });
  expect(Object.keys(trust.Condition.ArnEquals)).toEqual(['aws:SourceArn']);
  const grants = grantsOf(http, 'SchedulerRole');
  expect(grants.flatMap(({ actions }) => actions)).toEqual(['sqs:SendMessage']);
  expect(grants.flatMap(({ resources }) => resources)).toHaveLength(2);
});

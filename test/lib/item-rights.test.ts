// Who may read and write which kind of item: the policies of the stack, judged as IAM would, with keys as the driver makes
// them. Emulators enforce no policy, so this is the only place before AWS itself where they are put to the proof.
import { describe, expect, test } from 'vitest';
import {
  apiKeyPartition,
  deadLetterPartition,
  deliveryKey,
  entryKey,
  heldPartition,
  idempotencyKey,
  operationalPartition,
  rateLimitKey,
  replayPartition,
  statsPartition,
  ledgerCheckPartition,
  openPartition,
  subscriptionPartition,
  tenantsPartition,
} from '../../lambdas/adapters/aws/table/keys.ts';
import type { ItemKind } from '../../lambdas/contract/table.ts';
import { partitionPatterns, table } from '../../lambdas/contract/table.ts';
import { aDelivery } from '../support/factories.ts';
import { kindOf, mayCall } from '../support/permissions.ts';
import type { Template } from '../support/template.ts';
import { ofType, synth, theOne } from '../support/template.ts';

const template = synth();
const { tenant, id, subscriptionId } = aDelivery({ tenant: 'a#keys *?' });
const row = deliveryKey(tenant, id);

const sampleKeys: Record<ItemKind, string> = {
  apiKeys: apiKeyPartition,
  tenants: tenantsPartition,
  subscriptions: subscriptionPartition(tenant),
  deliveries: row.pk,
  ledger: entryKey(tenant, id).pk,
  ledgerChecks: ledgerCheckPartition(tenant),
  idempotency: idempotencyKey({ tenant, subscriptionId, key: 'k' }).pk,
  rateLimits: rateLimitKey({
    tenant,
    ownerId: subscriptionId,
    limit: { perSecond: 1, burst: 1 },
    purpose: 'delivery',
  }).pk,
  replays: replayPartition(tenant),
  deadLetters: deadLetterPartition(tenant),
  stats: statsPartition(tenant, subscriptionId),
  parked: heldPartition(row, 'parked'),
  failed: heldPartition(row, 'failed'),
  open: openPartition(tenant, id),
  operational: operationalPartition(tenant),
};

const kinds = Object.keys(partitionPatterns) as ItemKind[];
const reads = ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PartiQLSelect', 'ConditionCheckItem'];
const writes = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'PartiQLUpdate'];
const parts = ['table', ...Object.values(table.indexes).map(({ name }) => `index/${name}`)];

const roles = ofType(template, 'AWS::IAM::Role').map((role) => role.id);

/** "deliver" of the role `ServiceDeliverRole0123ABCD`. */
const shortName = (role: string) => /^Service(\w+?)(Function)?Role[0-9A-F]{8}$/.exec(role)?.[1];

function whoMay(verbs: readonly string[], keys: readonly string[], stack: Template): string[] {
  return roles
    .filter((role) =>
      verbs.some((verb) =>
        parts.some((resource) => {
          const call = { action: `dynamodb:${verb}`, resource, leadingKeys: keys };
          return mayCall(stack, role, call);
        }),
      ),
    )
    .map((role) => shortName(role) ?? role)
    .toSorted();
}

function rightsIn(stack: Template) {
  return Object.fromEntries(
    kinds.map((kind) => {
      const keys = [sampleKeys[kind]];
      return [kind, { read: whoMay(reads, keys, stack), write: whoMay(writes, keys, stack) }];
    }),
  );
}

const nobody: string[] = [];

const expected = {
  apiKeys: { read: ['Api', 'Publish'], write: ['Api'] },
  tenants: { read: ['Ledger'], write: ['Api'] },
  subscriptions: { read: ['Api', 'Deliver', 'Ledger', 'Publish'], write: ['Api', 'Deliver'] },
  deliveries: {
    read: ['Api', 'Deliver', 'Ledger', 'Publish'],
    write: ['Api', 'Deliver', 'Ledger', 'Publish'],
  },
  ledger: {
    read: ['Api', 'Deliver', 'Ledger'],
    write: ['Api', 'Deliver', 'Ledger', 'Publish'],
  },
  ledgerChecks: { read: ['Api', 'Ledger'], write: ['Api', 'Ledger'] },
  idempotency: { read: ['Publish'], write: ['Publish'] },
  rateLimits: { read: nobody, write: ['Deliver', 'Publish'] },
  replays: { read: ['Api', 'Deliver', 'Ledger'], write: ['Api', 'Deliver'] },
  deadLetters: { read: ['Api'], write: ['Api', 'DeadLetter', 'Deliver'] },
  stats: { read: ['Api', 'Deliver', 'Ledger'], write: ['Api', 'Deliver', 'Ledger', 'Publish'] },
  parked: { read: ['Api', 'Deliver', 'Ledger', 'Publish'], write: nobody },
  open: { read: ['Api', 'Ledger'], write: nobody },
  failed: { read: ['Api', 'Deliver'], write: nobody },
  operational: { read: ['Api', 'Deliver'], write: nobody },
};

test('each function reads and writes its own kinds of items alone', () => {
  expect(rightsIn(template)).toEqual(expected);
});

test('the keys of each kind are of no other', () => {
  for (const kind of kinds) expect(kindOf(sampleKeys[kind])).toBe(kind);
});

test('a call with keys that are allowed and one that is not is denied', () => {
  const keys = [sampleKeys.deliveries, sampleKeys.apiKeys];
  expect(whoMay(['BatchGetItem'], [sampleKeys.deliveries], template)).not.toEqual([]);
  expect(whoMay(['BatchGetItem'], keys, template)).toEqual([]);
});

test('nobody may make a call that carries no key', () => {
  expect(whoMay([...reads, ...writes], [], template)).toEqual([]);
});

describe('the judge sees that the deliver function may write API keys, where that is planted', () => {
  const { id: tableId } = theOne(template, 'AWS::DynamoDB::GlobalTable', 'Table');
  const arn = { 'Fn::GetAtt': [tableId, 'Arn'] };
  const plant = (Condition?: object): Template => {
    const planted = structuredClone(template);
    const policy = theOne(planted, 'AWS::IAM::Policy', 'DeliverRole');
    policy.properties.PolicyDocument.Statement.push({
      Effect: 'Allow',
      Action: 'dynamodb:PutItem',
      Resource: arn,
      ...(Condition !== undefined && { Condition }),
    });
    return planted;
  };
  const keyed = (operator: string, value: unknown) => ({
    [operator]: { 'dynamodb:LeadingKeys': value },
  });

  test.each([
    ['without a condition', undefined],
    ['by name', keyed('ForAllValues:StringLike', ['keys'])],
    ['by a pattern', keyed('ForAllValues:StringLike', ['*#subscriptions', 'k?y*'])],
  ])('%s', (_, condition) => {
    const found = rightsIn(plant(condition));
    expect(found).not.toEqual(expected);
    expect(found['apiKeys']!.write).toEqual(['Api', 'Deliver']);
  });

  test('and that it may make a call without a key, where only the guard against that is missing', () => {
    const planted = plant(keyed('ForAllValues:StringLike', ['*#subscriptions']));
    expect(rightsIn(planted)).toEqual(expected);
    expect(whoMay(writes, [], planted)).toEqual(['Deliver']);
  });

  test('and knows no condition that it cannot judge', () => {
    expect(() => rightsIn(plant(keyed('StringEquals', 'x')))).toThrow('not known');
  });
});

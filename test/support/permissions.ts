// What the roles of a template allow, and what is too much of it: IAM in so far as the stack uses it. No emulator has it.
import { partitionPatterns } from '../../lambdas/contract/table.ts';
import type { ItemKind } from '../../lambdas/contract/table.ts';
import type { Resource, Template } from './template.ts';
import { ofType, referredBy, textOf } from './template.ts';

export type Grant = { role: string; actions: string[]; resources: string[] };

/** A call of DynamoDB. */
export type TableCall = {
  /** `dynamodb:Query` */
  action: string;
  /** `table`, or `index/held`. */
  resource: string;
  leadingKeys: readonly string[];
};

type Statement = {
  Effect: string;
  Action?: unknown;
  Resource?: unknown;
  NotAction?: unknown;
  NotResource?: unknown;
  Condition?: Record<string, Record<string, unknown>>;
};

const listOf = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function statements(template: Template): { role: string; statement: Statement }[] {
  const of = (role: string, document: { Statement: Statement[] }) =>
    document.Statement.filter(({ Effect }) => Effect === 'Allow').map((statement) => ({
      role,
      statement,
    }));
  return [
    ...['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) =>
      ofType(template, type).flatMap(({ id, properties }) =>
        of(referredBy(properties.Roles?.[0] ?? id), properties.PolicyDocument),
      ),
    ),
    ...ofType(template, 'AWS::IAM::Role').flatMap(({ id, properties }) =>
      listOf(properties.Policies).flatMap((policy) =>
        of(id, (policy as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument),
      ),
    ),
  ];
}

export function grantsOf(template: Template, roleWord: string): Grant[] {
  return statements(template)
    .filter(({ role }) => role.includes(roleWord))
    .map(({ role, statement }) => ({
      role,
      actions: listOf(statement.Action).map(textOf),
      resources: listOf(statement.Resource).map(textOf),
    }));
}

const leadingKeys = 'dynamodb:LeadingKeys';

/** The one kind of item that has such a partition key. */
export function kindOf(key: string): ItemKind {
  const kinds = Object.entries(partitionPatterns).filter(([, pattern]) => isLike(key, pattern));
  if (kinds.length !== 1) throw new Error(`The key ${key} is of ${kinds.length} kinds`);
  return kinds[0]![0] as ItemKind;
}

/** Whether a role may make the call, as IAM judges: one statement must allow all of it. */
export function mayCall(template: Template, roleWord: string, call: TableCall): boolean {
  return statements(template)
    .filter(({ role }) => role.includes(roleWord))
    .some(
      ({ statement }) =>
        listOf(statement.Action).map(textOf).includes(call.action) &&
        listOf(statement.Resource).map(textOf).map(tablePart).includes(call.resource) &&
        Object.entries(statement.Condition ?? {}).every((condition) => holds(condition, call)),
    );
}

/** `dynamodb:PutItem table deliveries`: every right to a kind of item, and `any` for one to all kinds. */
export function tableRightsOf(template: Template, roleWord: string): string[] {
  return statements(template)
    .filter(({ role }) => role.includes(roleWord))
    .flatMap(({ statement }) =>
      listOf(statement.Action)
        .map(textOf)
        .filter((action) => action.startsWith('dynamodb:'))
        .flatMap((action) =>
          listOf(statement.Resource)
            .map(textOf)
            .map(tablePart)
            .flatMap((part) => kindsIn(statement).map((kind) => `${action} ${part} ${kind}`)),
        ),
    );
}

function kindsIn({ Condition }: Statement): string[] {
  const patterns = listOf(Condition?.['ForAllValues:StringLike']?.[leadingKeys]).map(textOf);
  const names = Object.entries(partitionPatterns);
  const kindNamed = (pattern: string) => names.find(([, known]) => known === pattern)?.[0];
  return patterns.length === 0 ? ['any'] : patterns.map((pattern) => kindNamed(pattern) ?? pattern);
}

function tablePart(arn: string): string {
  return /\/(index\/\w+)$/.exec(arn)?.[1] ?? 'table';
}

/** Throws at a condition that it does not know, so that none is taken for one that holds. */
function holds([operator, tests]: [string, Record<string, unknown>], call: TableCall): boolean {
  return Object.entries(tests).every(([key, expected]) => {
    if (key !== leadingKeys) throw new Error(`Conditions on ${key} are not known here`);
    const patterns = listOf(expected).map(textOf);
    if (operator === 'Null') return patterns[0] === String(call.leadingKeys.length === 0);
    if (operator !== 'ForAllValues:StringLike') throw new Error(`${operator} is not known here`);
    return call.leadingKeys.every((value) => patterns.some((pattern) => isLike(value, pattern)));
  });
}

/** StringLike: `*` is any text, `?` any character. */
function isLike(value: string, pattern: string): boolean {
  const parts = pattern.split(/([*?])/).map((part) => {
    if (part === '*') return '[^]*';
    return part === '?' ? '[^]' : RegExp.escape(part);
  });
  return new RegExp(`^${parts.join('')}$`).test(value);
}

/** One sentence for each right that is not bounded to named actions on parts of this stack. */
export function excesses(template: Template): string[] {
  const own = template.resources.flatMap(({ id, properties }) =>
    [`\\$\\{${id}(\\.\\w+)?\\}`, `/${properties.Name}`].filter((name) => name !== '/undefined'),
  );
  // A wildcard may only stand for the parts of one of our own resources, such as `${Schedules}/*`.
  const partsOfOwn = new RegExp(`(${own.join('|')})[:/]\\*$`);
  const bounded = (resource: string) =>
    resource.includes('*') ? partsOfOwn.test(resource) : resource.includes('${');
  return [
    ...statements(template).flatMap(({ role, statement }) => [
      ...listOf(statement.Action)
        .map(textOf)
        .filter((action) => action.includes('*'))
        .map((action) => `${role} may do ${action}`),
      ...listOf(statement.Resource)
        .map(textOf)
        .filter((resource) => !bounded(resource))
        .map((resource) => `${role} may act on ${resource}`),
      ...(statement.NotAction ? [`${role} may do all but some`] : []),
      ...(statement.NotResource ? [`${role} may act on all but some`] : []),
    ]),
    ...ofType(template, 'AWS::IAM::Role').flatMap(managedPolicies),
    ...ofType(template, 'AWS::Lambda::Permission')
      .filter(({ properties }) => properties.SourceArn === undefined)
      .map(({ id }) => `${id} lets anyone of a service call`),
  ];
}

function managedPolicies({ id, properties }: Resource): string[] {
  return listOf(properties.ManagedPolicyArns).map(
    (arn) => `${id} has ${textOf(arn).split('/').at(-1)}`,
  );
}

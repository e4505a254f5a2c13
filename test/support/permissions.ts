// What the roles of a template allow, and what is too much of it.
import type { Resource, Template } from './template.ts';
import { ofType, referredBy, textOf } from './template.ts';

export type Grant = { role: string; actions: string[]; resources: string[] };

type Statement = {
  Effect: string;
  Action?: unknown;
  Resource?: unknown;
  NotAction?: unknown;
  NotResource?: unknown;
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

// The CloudFormation template of a deployment, with questions that tests ask of it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { afterAll } from 'vitest';
import type { WebhookDeliveryProps } from '../../lib/settings.ts';
import { WebhookDeliveryStack } from '../../lib/stack.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a template is JSON of CloudFormation's making
type Json = any;

export type Resource = {
  id: string;
  type: string;
  properties: Json;
  dependsOn: string[];
  deletionPolicy?: string;
};
export type Template = { resources: Resource[]; outputs: Record<string, { Value: Json }> };

const folder = mkdtempSync(join(tmpdir(), 'synth-'));
afterAll(() => rmSync(folder, { recursive: true }));

const cdkJson = join(import.meta.dirname, '../../cdk.json');
const { context } = JSON.parse(readFileSync(cdkJson, 'utf8'));

/** Without bundles, and without the rules that test/lib/rules.test.ts checks: those take seconds. */
export function synth(props: WebhookDeliveryProps = {}): Template {
  const app = newApp({
    'aws:cdk:bundling-stacks': [],
    '@aws-cdk/core:validateAgainstDefaultRules': false,
  });
  const stack = new WebhookDeliveryStack(app, 'WebhookDelivery', { delivery: props });
  const { template } = app.synth().getStackByName(stack.stackName);
  return { resources: resourcesOf(template), outputs: template.Outputs };
}

export function resourcesOf(template: Json): Resource[] {
  return Object.entries<Json>(template.Resources).map(([id, resource]) => ({
    id,
    type: resource.Type,
    properties: resource.Properties ?? {},
    dependsOn: [resource.DependsOn ?? []].flat(),
    deletionPolicy: resource.DeletionPolicy,
  }));
}

/** The app as `cdk.json` sets it up; what it writes goes with the test file. */
export function newApp(overrides: Record<string, unknown> = {}): App {
  const outdir = mkdtempSync(join(folder, 'cdk.out-'));
  return new App({ outdir, context: { ...context, ...overrides } });
}

export function ofType({ resources }: Template, type: string): Resource[] {
  return resources.filter((resource) => resource.type === type);
}

/** The one resource of the type whose id holds the word. */
export function theOne(template: Template, type: string, word: string): Resource {
  const found = ofType(template, type).filter(({ id }) => id.includes(word));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} are named ${word}`);
  return found[0]!;
}

/** A value with its references written as `${LogicalId}` or `${LogicalId.Attribute}`. */
export function textOf(value: Json): string {
  if (typeof value === 'string') return value;
  if (value.Ref !== undefined) return `\${${value.Ref}}`;
  if (value['Fn::GetAtt'] !== undefined) return `\${${value['Fn::GetAtt'].join('.')}}`;
  if (value['Fn::Join'] !== undefined) {
    const [separator, parts] = value['Fn::Join'];
    return parts.map(textOf).join(separator);
  }
  return JSON.stringify(value);
}

/** The id of the resource that a value refers to. */
export function referredBy(value: Json): string {
  return /\$\{([A-Za-z0-9]+)/.exec(textOf(value))?.[1] ?? '';
}

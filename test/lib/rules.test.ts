// The rules that gate every synth: cdk-nag's packs and the CDK's own.
import type { Environment, IPolicyValidationPlugin } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { expect, test, vi } from 'vitest';
import type { WebhookDeliveryProps } from '../../lib/settings.ts';
import { WebhookDeliveryStack } from '../../lib/stack.ts';
import { newApp } from '../support/template.ts';

// The CDK's own rules compile WebAssembly first: seconds, and more on a busy machine.
vi.setConfig({ testTimeout: 60_000 });

function setup(delivery: WebhookDeliveryProps, env: Environment = {}) {
  const app = newApp({ 'aws:cdk:bundling-stacks': [] });
  const found = new Set<string>();
  const packs = [new AwsSolutionsChecks(app), new ServerlessChecks(app)];
  Validations.of(app).addPlugins(...packs.map((pack) => noting(pack, found)));
  const stack = new WebhookDeliveryStack(app, 'WebhookDelivery', { env, delivery });
  return { app, stack, found };
}

/** Notes what the pack finds before acknowledgements are applied. */
function noting(pack: IPolicyValidationPlugin, found: Set<string>): IPolicyValidationPlugin {
  const { name } = pack;
  return {
    name,
    validate(context) {
      const report = pack.validate(context);
      for (const { ruleName } of report.violations) found.add(`${name}::${ruleName}`);
      return report;
    },
  };
}

const anywhere = {};
const frankfurt = { account: '123456789012', region: 'eu-central-1' };

test.each([
  ['http', anywhere],
  ['rest', anywhere],
  ['rest', frankfurt],
] as const)('find nothing unacknowledged, and no acknowledgement idle: %s %o', (api, env) => {
  const { app, stack, found } = setup({ api }, env);
  expect(() => app.synth()).not.toThrow();
  const acknowledged = stack.node
    .findAll()
    .flatMap(({ node }) => node.metadata)
    .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
    .flatMap(({ data }) => Object.keys(data));
  expect(new Set(acknowledged)).toEqual(found);
});

test('see a planted queue without encryption', () => {
  const { app, stack, found } = setup({});
  new CfnQueue(stack, 'Planted');
  expect(() => app.synth()).toThrow();
  expect(found).toContain('AwsSolutions::AwsSolutions-SQS4');
});

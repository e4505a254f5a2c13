// The CDK app: one stack, settings from context, and cdk-nag's rules as a gate.
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks, ServerlessChecks } from 'cdk-nag';
import { SettingsError } from '../lambdas/contract/settings.ts';
import { contextProps } from '../lib/settings.ts';
import { WebhookDeliveryStack } from '../lib/stack.ts';

const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new ServerlessChecks(app));

try {
  const id = String(app.node.tryGetContext('stackName') ?? 'WebhookDelivery');
  new WebhookDeliveryStack(app, id, { delivery: contextProps(app.node) });
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exit(1);
}

// One deployment: the construct, and the outputs that people and tools read.
import type { StackProps } from 'aws-cdk-lib';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { WebhookDeliveryProps } from './settings.ts';
import { WebhookDelivery } from './webhook-delivery.ts';

export type WebhookDeliveryStackProps = StackProps & { delivery?: WebhookDeliveryProps };

export class WebhookDeliveryStack extends Stack {
  constructor(scope: Construct, id: string, props: WebhookDeliveryStackProps = {}) {
    super(scope, id, props);
    const service = new WebhookDelivery(this, 'Service', props.delivery);
    const { ingress, storage, deliveries, events } = service;
    new CfnOutput(this, 'ApiUrl', { value: ingress.url });
    new CfnOutput(this, 'TableName', { value: storage.table.tableName });
    new CfnOutput(this, 'QueueUrl', { value: deliveries.queue.queueUrl });
    new CfnOutput(this, 'EventBusName', { value: events.bus.eventBusName });
  }
}

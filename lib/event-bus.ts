// The bus for operational events: what the service says of itself, for rules of the operator's to pick from. A bus of its
// own, so that the right to put events reaches no other.
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AwsSettings } from '../lambdas/contract/settings.ts';

export class OperationalEvents extends Construct {
  readonly bus: EventBus;
  /** Where a function finds it. */
  readonly environment: Pick<AwsSettings, 'EVENT_BUS_NAME'>;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bus = new EventBus(this, 'Bus', {
      description: 'Operational events of webhook delivery',
    });
    this.environment = { EVENT_BUS_NAME: this.bus.eventBusName };
  }

  grantPut(grantee: IGrantable): void {
    const resourceArns = [this.bus.eventBusArn];
    Grant.addToPrincipal({ grantee, actions: ['events:PutEvents'], resourceArns });
  }
}

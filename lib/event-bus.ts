// The bus for operational events, which the operator's rules match. A dedicated bus, so that the
// permission to put events covers no other.
import { EventBus } from 'aws-cdk-lib/aws-events';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { Grant } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { AwsSettings } from '../lambdas/contract/settings.ts';

export class OperationalEvents extends Construct {
  readonly bus: EventBus;
  /** How a function finds it. */
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

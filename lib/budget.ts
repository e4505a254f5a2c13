// The account's monthly budget. AWS updates the bill a few times a day, so this reports a runaway
// within hours, and stops nothing.
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import type { StackSettings } from './settings.ts';

type BudgetSettings = Pick<StackSettings, 'monthlyBudgetUsd' | 'budgetEmail' | 'alarmTopicArn'>;

/** Percentages of the budget, actually spent or forecast. */
const thresholds = [
  { notificationType: 'ACTUAL', threshold: 50 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

export class MonthlyBudget extends Construct {
  constructor(scope: Construct, id: string, settings: BudgetSettings & { amountUsd: number }) {
    super(scope, id);
    const { amountUsd, budgetEmail, alarmTopicArn } = settings;
    const subscribers = [
      ...(budgetEmail === undefined ? [] : [{ subscriptionType: 'EMAIL', address: budgetEmail }]),
      ...(alarmTopicArn === undefined ? [] : [{ subscriptionType: 'SNS', address: alarmTopicArn }]),
    ];
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: amountUsd, unit: 'USD' },
      },
      notificationsWithSubscribers: thresholds.map((threshold) => ({
        notification: {
          ...threshold,
          comparisonOperator: 'GREATER_THAN',
          thresholdType: 'PERCENTAGE',
        },
        subscribers,
      })),
    });
  }
}

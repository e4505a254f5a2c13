// What a deployment may use and cost, where somebody set a bound.
import { describe, expect, test } from 'vitest';
import type { WebhookDeliveryProps } from '../../lib/settings.ts';
import { ofType, synth, theOne } from '../support/template.ts';

describe('concurrency', () => {
  const reservedIn = (props: WebhookDeliveryProps) =>
    ofType(synth(props), 'AWS::Lambda::Function').flatMap(({ id, properties }) => {
      const reserved = properties.ReservedConcurrentExecutions;
      return reserved === undefined ? [] : [[id.replace(/^Service|[0-9A-F]{8}$/g, ''), reserved]];
    });

  test('is reserved for nobody where nothing is set, since a new account has next to none', () => {
    expect(reservedIn({})).toEqual([]);
  });

  test('is reserved for each function as it was set', () => {
    const reserved = reservedIn({
      publishReservedConcurrency: 20,
      apiReservedConcurrency: 10,
      deliverReservedConcurrency: 60,
      deadLetterReservedConcurrency: 2,
      checkLedgerReservedConcurrency: 1,
      consoleReservedConcurrency: 5,
    });
    expect(new Map(reserved as [string, number][])).toEqual(
      new Map([
        ['Publish', 20],
        ['Api', 10],
        ['Deliver', 60],
        ['DeadLetter', 2],
        ['LedgerFunction', 1],
        ['Console', 5],
      ]),
    );
  });
});

describe('the budget', () => {
  test('is none where none is set', () => {
    expect(ofType(synth(), 'AWS::Budgets::Budget')).toEqual([]);
  });

  test('tells whoever is named when it is half spent, spent, or about to be', () => {
    const alarmTopicArn = 'arn:aws:sns:eu-west-1:123456789012:operations';
    const named = { monthlyBudgetUsd: 25, budgetEmail: 'ops@example.com', alarmTopicArn };
    const { properties } = theOne(synth(named), 'AWS::Budgets::Budget', 'Budget');
    expect(properties.Budget).toEqual({
      BudgetType: 'COST',
      TimeUnit: 'MONTHLY',
      BudgetLimit: { Amount: 25, Unit: 'USD' },
    });
    const told = properties.NotificationsWithSubscribers;
    expect(
      told.map(
        ({ Notification }: { Notification: { NotificationType: string; Threshold: number } }) => [
          Notification.NotificationType,
          Notification.Threshold,
        ],
      ),
    ).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ]);
    for (const { Subscribers } of told) {
      expect(Subscribers).toEqual([
        { SubscriptionType: 'EMAIL', Address: 'ops@example.com' },
        { SubscriptionType: 'SNS', Address: alarmTopicArn },
      ]);
    }
  });

  test('tells one alone where only one is named', () => {
    const props = { monthlyBudgetUsd: 25, budgetEmail: 'ops@example.com' };
    const { properties } = theOne(synth(props), 'AWS::Budgets::Budget', 'Budget');
    expect(properties.NotificationsWithSubscribers[0].Subscribers).toHaveLength(1);
  });
});

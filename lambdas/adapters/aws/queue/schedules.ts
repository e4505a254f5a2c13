// One-time schedules: EventBridge Scheduler puts the message on the queue when it is due, and deletes the schedule.
import {
  ActionAfterCompletion,
  ConflictException,
  CreateScheduleCommand,
  FlexibleTimeWindowMode,
} from '@aws-sdk/client-scheduler';
import type { SchedulerClient } from '@aws-sdk/client-scheduler';
import { limits } from '../../../contract/limits/limits.ts';
import type { AttemptMessage } from '../../../contract/messages.ts';
import type { AwsSettings } from '../../../contract/settings.ts';
import { call } from '../clients.ts';

/**
 * The name includes the turn, because when two workers made the same attempt and both request the
 * next, only the row's turn proceeds; and the time, because a message may be postponed under its
 * turn. At most 64 characters:
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */
export function scheduleName(message: AttemptMessage): string {
  const { deliveryId, turn, dueAt } = message;
  return `${deliveryId.slice('dlv_'.length)}-${turn}-${dueAt.toString(36)}`;
}

/** Resolves when the schedule exists. */
export async function createSchedule(
  { client, settings }: { client: SchedulerClient; settings: AwsSettings },
  message: AttemptMessage,
  atSeconds: number,
): Promise<void> {
  const command = new CreateScheduleCommand({
    Name: scheduleName(message),
    GroupName: settings.SCHEDULE_GROUP,
    ScheduleExpression: `at(${new Date(atSeconds * 1_000).toISOString().slice(0, 19)})`,
    FlexibleTimeWindow: { Mode: FlexibleTimeWindowMode.OFF },
    ActionAfterCompletion: ActionAfterCompletion.DELETE,
    Target: {
      Arn: settings.QUEUE_ARN,
      RoleArn: settings.SCHEDULER_ROLE_ARN,
      Input: JSON.stringify(message),
      DeadLetterConfig: { Arn: settings.SCHEDULE_DEAD_LETTER_ARN },
      RetryPolicy: {
        MaximumRetryAttempts: limits.scheduleRetriesMax,
        MaximumEventAgeInSeconds: limits.scheduleEventAgeMsMax / 1_000,
      },
    },
  });
  await call('Scheduler CreateSchedule', async () => {
    try {
      await client.send(command);
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
    }
  });
}

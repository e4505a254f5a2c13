// The ARN of an SNS topic. Trust rests on it: Amazon signs for every topic of every account alike.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

const pattern = /^arn:(aws|aws-cn):sns:([a-z]{2}(?:-[a-z]+)+-\d):\d{12}:[A-Za-z0-9_-]+(?:\.fifo)?$/;

export const topicArn = z
  .string()
  .max(limits.topicArnLengthMax)
  .regex(
    pattern,
    'must be the ARN of an SNS topic, such as arn:aws:sns:eu-west-1:123456789012:name',
  )
  .meta({ description: 'The topic whose messages are accepted' });

/** The one host that speaks for the topic; null unless it is a topic ARN. */
export function topicHostOf(arn: string): string | null {
  const [, partition, region] = pattern.exec(arn) ?? [];
  if (region === undefined) return null;
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

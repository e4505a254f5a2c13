// What must hold of dead letters: each carries its reason, what is well is not among them, and none is lost.
import { defaultTenant } from '../../lambdas/core/access/tenant.ts';
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { readMessage } from '../../lambdas/core/dead-letters/read-message.ts';
import type { QueueMessage } from '../../lambdas/contract/messages.ts';
import { must } from './facts.ts';
import type { Facts } from './facts.ts';
import type { VirtualQueue } from './queue.ts';

/** Poison of the simulation, and what becomes of it. */
export const poison = new Map<string, DeadLetter['reason']>([
  ['', 'unreadable'],
  ['{', 'unreadable'],
  ['[]', 'unreadable'],
  ['{"version":2,"kind":"attempt"}', 'unknown_version'],
  ['{"version":1,"kind":"?"}', 'unknown_version'],
]);

/** The message that a letter holds until it is sent again. */
export function messageIn({ body }: Pick<DeadLetter, 'body'>): QueueMessage | null {
  const reading = readMessage(body);
  return reading.kind === 'message' ? reading.message : null;
}

export function checkBuried({ kernel }: Pick<Facts, 'kernel'>, letter: DeadLetter): void {
  const { reason, body, tenant, receiveCount } = letter;
  const about = () => `${reason} after ${receiveCount} receives: ${body}`;
  const message = messageIn(letter);
  must(reason === (message === null ? poison.get(body) : 'failed'), 'I14 the reason', about);
  must(tenant === (message?.tenant ?? defaultTenant), 'I14 the tenant', about);
  must(message === null || kernel.faults > 0, 'I14 what is well is buried', about);
}

/** All poison is kept, once each, and nothing else is left in a letter or on the queue. */
export function checkDeadSettled({ database }: Pick<Facts, 'database'>, queue: VirtualQueue): void {
  const letters = [...database.deadLetters.values()];
  const left = letters.filter((letter) => letter.redrivenAt === null);
  const bodies = left.map(({ body }) => body).toSorted();
  must(
    JSON.stringify(bodies) === JSON.stringify(queue.poison.toSorted()),
    'I14 poison is kept, and all else sent again',
    () => `${JSON.stringify(bodies)} instead of ${JSON.stringify(queue.poison)}`,
  );
  const count = queue.live.size + queue.deadLetters.size;
  must(count === 0, 'I14 the queue is empty', () => `${count} messages are left`);
}

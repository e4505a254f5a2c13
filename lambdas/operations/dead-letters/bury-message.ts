// Takes a message that nobody can handle off the queue: first its letter is stored, then the
// message is acknowledged.
import { limits } from '../../contract/limits/limits.ts';
import { deadLetterOf, failureDetail } from '../../core/dead-letters/dead-letter.ts';
import type { Received, WhyDead } from '../../core/dead-letters/dead-letter.ts';
import type { Poison } from '../../core/dead-letters/read-message.ts';
import type { Context } from '../context.ts';

type Needs = Pick<Context, 'deadLetters' | 'clock' | 'log'>;

/**
 * True when the letter is stored. Otherwise the message comes again, or goes where the queue puts
 * it.
 */
export async function buryMessage(
  { deadLetters, clock, log }: Needs,
  received: Received,
  why: WhyDead,
): Promise<boolean> {
  const letter = deadLetterOf(received, why, clock.now());
  const { tenant, id, reason, detail, receiveCount } = letter;
  const about = { tenant, id, reason, detail, receiveCount, messageId: received.messageId };
  try {
    await deadLetters.bury(letter);
  } catch (error) {
    log.error('message.unburied', about, error);
    return false;
  }
  // The alarm counts these lines.
  log.error('message.dead', about);
  return true;
}

/**
 * A message that a newer version may have sent goes back for a newer function to find, until its
 * last receive.
 */
export async function buryPoison(
  needs: Needs,
  received: Received,
  poison: Poison,
): Promise<boolean> {
  if (poison.reason === 'unreadable' || isLastReceive(received)) {
    return buryMessage(needs, received, poison);
  }
  const { messageId, receiveCount } = received;
  needs.log.error('message.not_understood', { messageId, receiveCount, detail: poison.detail });
  return false;
}

/** A failed message goes back until its last receive. */
export async function buryFailed(
  needs: Needs,
  received: Received,
  cause: unknown,
): Promise<boolean> {
  if (!isLastReceive(received)) return false;
  return buryMessage(needs, received, { reason: 'failed', detail: failureDetail(cause) });
}

function isLastReceive({ receiveCount }: Received): boolean {
  return receiveCount >= limits.queueReceivesMax;
}

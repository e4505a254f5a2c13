// Resends the messages of dead letters, at a pace. Messages first, marks last: a crash in between
// leaves letters that look unsent, and sending a message twice does no harm.
import type { DeadLetterReason } from '../../contract/dead-letters/dead-letter-reason.ts';
import { limits } from '../../contract/limits/limits.ts';
import type { QueueMessage } from '../../contract/messages.ts';
import type { DeadLetter } from '../../core/dead-letters/dead-letter.ts';
import { isDeadLetterId } from '../../core/ids.ts';
import { readMessage } from '../../core/dead-letters/read-message.ts';
import type { Context } from '../context.ts';

export type RedriveWish = {
  tenant: string;
  /** Null selects all that were not resent, from the cursor on. */
  ids: readonly string[] | null;
  reason: DeadLetterReason | null;
  perSecond: number;
  cursor: string | null;
};

export type Skipped = { id: string; reason: 'unreadable' | 'redriven' | 'not_found' };

export type Redriven = {
  redriven: number;
  skipped: Skipped[];
  /** Epoch ms when the last message is due; null if none was sent. */
  lastDueAt: number | null;
  nextCursor: string | null;
};

type Needs = Pick<Context, 'deadLetters' | 'queue' | 'clock' | 'log'>;

export async function redriveDeadLetters(context: Needs, wish: RedriveWish): Promise<Redriven> {
  const startedAt = context.clock.now();
  const pace = { startedAt, perSecond: wish.perSecond };
  const done: Redriven = { redriven: 0, skipped: [], lastDueAt: null, nextCursor: null };
  if (wish.ids !== null) {
    await redrive(context, done, { letters: await named(context, done, wish), pace });
    return done;
  }
  const { tenant, reason } = wish;
  // The queue's own maximum delay: anything beyond it would arrive all at once at that delay.
  const most = Math.min(
    limits.redrivesPerRequestMax,
    Math.floor((wish.perSecond * limits.queueDelayMsMax) / 1_000),
  );
  let { cursor } = wish;
  do {
    const limit = Math.min(limits.pageSizeMax, most - done.redriven);
    const query = { tenant, reason, redriven: false, limit, cursor };
    const page = await context.deadLetters.list(query);
    await redrive(context, done, { letters: page.items, pace });
    cursor = page.nextCursor;
  } while (
    cursor !== null &&
    done.redriven < most &&
    context.clock.now() - startedAt < limits.redriveRequestMs
  );
  return { ...done, nextCursor: cursor };
}

/** The ids that may be sent; the rest are recorded as skipped. */
async function named(
  { deadLetters }: Needs,
  done: Redriven,
  { tenant, ids, reason }: RedriveWish,
): Promise<DeadLetter[]> {
  const wanted = [...new Set(ids)];
  const letters = await deadLetters.find(tenant, wanted.filter(isDeadLetterId));
  const byId = new Map<string, DeadLetter>(letters.map((letter) => [letter.id, letter]));
  return wanted.flatMap((id) => {
    const letter = byId.get(id);
    const isThere = letter !== undefined && (reason === null || letter.reason === reason);
    if (isThere && letter.redrivenAt === null) return [letter];
    done.skipped.push({ id, reason: isThere ? 'redriven' : 'not_found' });
    return [];
  });
}

async function redrive(
  { deadLetters, queue, clock, log }: Needs,
  done: Redriven,
  { letters, pace }: { letters: readonly DeadLetter[]; pace: Pace },
): Promise<void> {
  const sent: DeadLetter[] = [];
  const messages: QueueMessage[] = [];
  for (const letter of letters) {
    const reading = readMessage(letter.body);
    if (reading.kind === 'message') {
      const dueAt = dueAtOf(pace, done.redriven + messages.length);
      sent.push(letter);
      messages.push(sentAgain(reading.message, dueAt));
    } else done.skipped.push({ id: letter.id, reason: 'unreadable' });
  }
  if (messages.length === 0) return;
  await queue.send(messages);
  const now = clock.now();
  await Promise.all(sent.map((letter) => deadLetters.markRedriven(letter, now)));
  for (const { tenant, id, reason } of sent) log.info('message.redriven', { tenant, id, reason });
  done.redriven += sent.length;
  done.lastDueAt = dueAtOf(pace, done.redriven - 1);
}

type Pace = { startedAt: number; perSecond: number };

function dueAtOf({ startedAt, perSecond }: Pace, index: number): number {
  return startedAt + Math.floor((index * 1_000) / perSecond);
}

/** It stays due no earlier than before, and must request a new slot under its rate limit. */
function sentAgain(message: QueueMessage, dueAt: number): QueueMessage {
  const later = Math.max(message.dueAt, dueAt);
  return message.kind === 'attempt'
    ? { ...message, dueAt: later, slotAt: undefined }
    : { ...message, dueAt: later };
}

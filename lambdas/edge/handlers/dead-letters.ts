// Handlers of the dead-letter routes.
import type { DeadLetterResource } from '../../contract/dead-letters/dead-letter-resource.ts';
import type { deadLetterRoutes } from '../../contract/dead-letters/dead-letter-routes.ts';
import { rfc3339, rfc3339OrNull } from '../../contract/limits/time.ts';
import type { DeadLetter } from '../../core/dead-letters/dead-letter.ts';
import { redriveDeadLetters } from '../../operations/dead-letters/redrive-dead-letters.ts';
import type { HandlersFor } from '../http/route-handler.ts';

export const deadLetterHandlers: HandlersFor<keyof typeof deadLetterRoutes> = {
  listDeadLetters: async (context, { caller, query }) => {
    const { limit, cursor = null, reason = null } = query;
    const redriven = query.redriven === undefined ? null : query.redriven === 'true';
    const { tenant } = caller;
    const page = await context.deadLetters.list({ tenant, reason, redriven, limit, cursor });
    return { dead_letters: page.items.map(deadLetterResource), next_cursor: page.nextCursor };
  },

  redriveDeadLetters: async (context, { caller, body }) => {
    const { ids = null, reason = null, per_second: perSecond, cursor = null } = body;
    const wish = { tenant: caller.tenant, ids, reason, perSecond, cursor };
    const done = await redriveDeadLetters(context, wish);
    return {
      message: done.redriven === 0 ? 'Nothing to resend' : 'Messages resent',
      redriven: done.redriven,
      skipped: done.skipped,
      last_due_at: rfc3339OrNull(done.lastDueAt),
      next_cursor: done.nextCursor,
    };
  },
};

function deadLetterResource(letter: DeadLetter): DeadLetterResource {
  return {
    id: letter.id,
    reason: letter.reason,
    detail: letter.detail,
    body: letter.body,
    receive_count: letter.receiveCount,
    sent_at: rfc3339(letter.sentAt),
    buried_at: rfc3339(letter.buriedAt),
    redriven_at: rfc3339OrNull(letter.redrivenAt),
  };
}

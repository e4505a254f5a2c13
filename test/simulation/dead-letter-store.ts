// The stored dead letters, with conditions honoured as `core/ports.ts` says.
import type { DeadLetter } from '../../lambdas/core/dead-letters/dead-letter.ts';
import { readMessage } from '../../lambdas/core/dead-letters/read-message.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { DeadLetterQuery, DeadLetterStore } from '../../lambdas/core/ports.ts';
import type { Page } from '../../lambdas/core/shared/page.ts';
import type { PortName } from './faults.ts';
import { call } from './kernel.ts';
import { deliveryOf } from './queue.ts';
import type { Access } from './store.ts';

/** Small, so that whoever sends letters again goes through several pages. */
const pageSize = 3;

export function deadLetterStore({ kernel, database, process }: Access): DeadLetterStore {
  const { deadLetters, watch } = database;
  const put = (letter: DeadLetter) => {
    deadLetters.set(letter.id, letter);
    watch.deadLetterChanged(letter);
  };
  const step = <Value>(
    port: PortName & `deadLetters.${string}`,
    letters: readonly DeadLetter[],
    apply: () => Value,
  ) => {
    const detail = () => letters.map(shownLetter).join(', ');
    return call(kernel, process, { port, about: letters.flatMap(deliveryIn), detail, apply });
  };
  return {
    bury: (letter) =>
      step('deadLetters.bury', [letter], () => {
        if (!deadLetters.has(letter.id)) put(letter);
      }),
    find: (tenant, ids) =>
      step('deadLetters.find', [], () =>
        [...deadLetters.values()].filter(
          (letter) => letter.tenant === tenant && ids.includes(letter.id),
        ),
      ),
    list: (query) => step('deadLetters.list', [], () => pageOf([...deadLetters.values()], query)),
    markRedriven: ({ id }, at) => {
      const known = deadLetters.get(id);
      return step('deadLetters.markRedriven', known === undefined ? [] : [known], () => {
        const letter = deadLetters.get(id);
        if (letter === undefined || letter.redrivenAt !== null) return 'superseded';
        put({ ...letter, redrivenAt: at });
        return 'marked';
      });
    },
  };
}

function pageOf(letters: DeadLetter[], query: DeadLetterQuery): Page<DeadLetter> {
  const { tenant, reason, redriven, cursor } = query;
  const wanted = letters
    .filter((letter) => letter.tenant === tenant)
    .filter((letter) => reason === null || letter.reason === reason)
    .filter(({ redrivenAt }) => redriven === null || redriven === (redrivenAt !== null))
    .filter(({ id }) => cursor === null || id < cursor)
    .toSorted((one, other) => (one.id < other.id ? 1 : -1));
  const items = wanted.slice(0, Math.min(query.limit, pageSize));
  return { items, nextCursor: wanted.length > items.length ? (items.at(-1)?.id ?? null) : null };
}

export function deliveryIn({ body }: Pick<DeadLetter, 'body'>): DeliveryId[] {
  const reading = readMessage(body);
  return reading.kind === 'message' ? deliveryOf(reading.message) : [];
}

function shownLetter({ id, reason, body, redrivenAt }: DeadLetter): string {
  return `${id.slice(-5)} ${reason} ${body.slice(0, 60)}${redrivenAt === null ? '' : ' redriven'}`;
}

// Dead letters: one item each, a tenant's in one partition, in the order their messages were sent.
import * as z from 'zod';
import { deadLetterReason } from '../../contract/dead-letters/dead-letter-reason.ts';
import { table as names } from '../../contract/table.ts';
import { deadLetterExpiry } from '../../core/dead-letters/dead-letter.ts';
import type { DeadLetter } from '../../core/dead-letters/dead-letter.ts';
import { isDeadLetterId } from '../../core/ids.ts';
import type { DeadLetterId } from '../../core/ids.ts';
import type { Clock, DeadLetterStore } from '../../core/ports.ts';
import { deadLetterPage } from '../dead-letter-page.ts';
import { isApplied } from './table/dynamo-table.ts';
import type { DynamoTable } from './table/dynamo-table.ts';
import { isAbsent } from './table/expressions.ts';
import type { Item } from './deliveries/item-size.ts';
import type { ItemKey } from './table/keys.ts';
import { deadLetterPartition } from './table/keys.ts';

/** Bounds of the partition's sort keys. */
const allIds = { from: 'ltr_', to: 'ltr_~' };

const storedLetter = z.object({
  tenant: z.string(),
  sk: z.custom<DeadLetterId>((value) => typeof value === 'string' && isDeadLetterId(value)),
  reason: deadLetterReason,
  detail: z.string(),
  body: z.string(),
  receive_count: z.number(),
  sent_at: z.number(),
  buried_at: z.number(),
  redriven_at: z.number().nullable().default(null),
});

function keyOf(tenant: string, id: DeadLetterId): ItemKey {
  return { pk: deadLetterPartition(tenant), sk: id };
}

function encode(letter: DeadLetter): Item {
  return {
    ...keyOf(letter.tenant, letter.id),
    tenant: letter.tenant,
    reason: letter.reason,
    detail: letter.detail,
    body: letter.body,
    receive_count: letter.receiveCount,
    sent_at: letter.sentAt,
    buried_at: letter.buriedAt,
    redriven_at: letter.redrivenAt ?? undefined,
    [names.timeToLive]: Math.ceil(deadLetterExpiry(letter) / 1_000),
  };
}

function decode(item: Item): DeadLetter {
  const stored = storedLetter.parse(item);
  return {
    tenant: stored.tenant,
    id: stored.sk,
    reason: stored.reason,
    detail: stored.detail,
    body: stored.body,
    receiveCount: stored.receive_count,
    sentAt: stored.sent_at,
    buriedAt: stored.buried_at,
    redrivenAt: stored.redriven_at,
  };
}

export function openDeadLetters(table: DynamoTable, clock: Clock): DeadLetterStore {
  /** DynamoDB deletes late. */
  const isKept = (letter: DeadLetter) => deadLetterExpiry(letter) > clock.now();

  return {
    async bury(letter) {
      // Refused or not, it exists: its id derives from its message.
      await table.put(encode(letter), isAbsent);
    },

    async find(tenant, ids) {
      const items = await table.getAll(ids.map((id) => keyOf(tenant, id)));
      return items.map(decode).filter(isKept);
    },

    list: (query) =>
      deadLetterPage(query, clock.now(), async (before, limit) => {
        const partition = deadLetterPartition(query.tenant);
        const startKey = before === null ? undefined : { pk: partition, sk: before };
        const range = { ...allIds, partition, newestFirst: true, limit, startKey };
        const { items, nextKey } = await table.query(range);
        return { letters: items.map(decode), isLast: nextKey === undefined };
      }),

    async markRedriven({ tenant, id }, at) {
      const result = await table.update(
        keyOf(tenant, id),
        { set: { redriven_at: at } },
        { that: 'attribute_exists(#pk) AND attribute_not_exists(#redriven_at)' },
      );
      const isStored = async () => (await table.get(keyOf(tenant, id)))?.['redriven_at'] === at;
      return (await isApplied(result, isStored)) ? 'marked' : 'superseded';
    },
  };
}

// The ledger of the last day: what was accepted in each hour and what became of it, the ids of
// missing deliveries, and a way to recover what the queue lost.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { LedgerHour, MissingDelivery } from '../../api/resources.ts';
import { count } from '../../format.ts';
import { Badge } from '../../parts/badge.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Id } from '../../parts/copy.tsx';
import { SubscriptionLink } from '../../parts/delivery-table.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { addedUp } from '../../state/ledger-hours.ts';
import { useLive } from '../../state/live.ts';
import { RecoverDialog } from './recover-dialog.tsx';

const dayMs = 24 * 3_600_000;
/** A thousand deliveries each: more would be too much load just for a look. */
const pagesMax = 20;

type Day = {
  hours: LedgerHour[];
  missing: MissingDelivery[];
  isWhole: boolean;
  checkedAt: string;
};

/** Reads every entry and row of the day, so it runs on request, not on a timer. */

async function loadDay(signal: AbortSignal): Promise<Day> {
  const checkedAt = new Date().toISOString();
  const since = new Date(Date.now() - dayMs).toISOString();
  const hours: LedgerHour[] = [];
  const missing: MissingDelivery[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const query: { since: string; cursor?: string } = { since, ...(cursor !== null && { cursor }) };
    const answer = await call('getLedger', { query, signal });
    hours.push(...answer.hours);
    missing.push(...answer.missing);
    cursor = answer.next_cursor;
    if (cursor === null) break;
  }
  return { hours: addedUp(hours), missing, isWhole: cursor === null, checkedAt };
}

export function Ledger() {
  const live = useLive('ledger', loadDay, 0);
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <PageHead title="Ledger">
        <button type="button" class="button" onClick={() => setAsking(true)}>
          Recover…
        </button>
        <button type="button" class="button" onClick={live.reload}>
          Check again
        </button>
      </PageHead>
      <p class="quiet">
        Every delivery accepted in the last day, by hour, and what became of it. Missing deliveries
        were accepted but have lost their row. Overdue ones should have been attempted so long ago
        that the queue must have lost them: the hourly check requests them again.
      </p>
      <Shown live={live} rows={5}>
        {({ hours, missing, isWhole, checkedAt }) =>
          hours.length === 0 ? (
            <Empty title="Nothing was accepted in the last day" />
          ) : (
            <>
              <Verdict
                missing={missing.length}
                overdue={hours.reduce((sum, hour) => sum + hour.overdue, 0)}
                isWhole={isWhole}
                checkedAt={checkedAt}
              />
              {missing.length > 0 && (
                <section class="card" aria-label="Missing deliveries">
                  <Table
                    caption="Missing deliveries"
                    columns={missingColumns}
                    rows={missing}
                    keyOf={({ delivery_id: id }) => id}
                  />
                </section>
              )}
              <section class="card" aria-label="Hours">
                <Table
                  caption="The ledger by the hour, latest first"
                  columns={columns}
                  rows={hours}
                  keyOf={({ hour }) => hour}
                />
              </section>
            </>
          )
        }
      </Shown>
      {isAsking && <RecoverDialog onClose={() => setAsking(false)} />}
    </>
  );
}

type VerdictProps = { missing: number; overdue: number } & Pick<Day, 'isWhole' | 'checkedAt'>;

function Verdict({ missing, overdue, isWhole, checkedAt }: VerdictProps) {
  if (missing > 0) {
    return <p class="warning">{count(missing)} accepted deliveries are missing.</p>;
  }
  if (overdue > 0) {
    return <p class="warning">{count(overdue)} deliveries are overdue, and none is missing.</p>;
  }
  return (
    <p class="success">
      Nothing is missing or overdue. Checked <Time at={checkedAt} how="relative" />.
      {!isWhole && ' There is more than is shown here: GET /api/ledger has it all.'}
    </p>
  );
}

const columns: readonly Column<LedgerHour>[] = [
  { title: 'Hour', cell: ({ hour }) => <Time at={hour} /> },
  { title: 'Accepted', side: 'end', cell: ({ accepted }) => count(accepted) },
  { title: 'Delivered', side: 'end', cell: ({ delivered }) => count(delivered) },
  { title: 'Failed', side: 'end', cell: ({ failed }) => count(failed) },
  { title: 'Parked', side: 'end', cell: ({ parked }) => count(parked) },
  { title: 'Scheduled', side: 'end', cell: ({ scheduled }) => count(scheduled) },
  { title: 'Cancelled', side: 'end', cell: ({ cancelled }) => count(cancelled) },
  { title: 'Overdue', side: 'end', cell: ({ overdue }) => <Trouble of={overdue} tone="warn" /> },
  { title: 'Missing', side: 'end', cell: ({ missing }) => <Trouble of={missing} tone="bad" /> },
];

function Trouble({ of, tone }: { of: number; tone: 'warn' | 'bad' }) {
  return of === 0 ? <>0</> : <Badge tone={tone}>{count(of)}</Badge>;
}

const missingColumns: readonly Column<MissingDelivery>[] = [
  { title: 'Delivery', cell: ({ delivery_id: id }) => <Id id={id} /> },
  { title: 'Subscription', cell: ({ subscription_id: id }) => <SubscriptionLink id={id} /> },
  { title: 'Accepted', cell: ({ accepted_at: at }) => <Time at={at} /> },
];

// Messages that the service could not handle: why, and a way to resend them.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { DeadLetter } from '../../api/resources.ts';
import { pretty } from '../../laid-out.ts';
import { Badge } from '../../parts/badge.tsx';
import { PageHead } from '../../parts/card.tsx';
import { Id } from '../../parts/copy.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { Code } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { useLive } from '../../state/live.ts';
import { RedriveDialog } from './redrive-dialog.tsx';

const pageSize = 100;

export function DeadLetters() {
  const [isAsking, setAsking] = useState(false);
  const live = useLive(
    'dead letters',
    (signal) => call('listDeadLetters', { query: { limit: pageSize }, signal }),
    10_000,
  );
  const waiting = live.data?.dead_letters.filter(isWaiting) ?? [];
  return (
    <>
      <PageHead title="Dead letters">
        {waiting.length > 0 && (
          <button type="button" class="button primary" onClick={() => setAsking(true)}>
            Resend…
          </button>
        )}
      </PageHead>
      <p class="quiet">
        Internal messages that no function could handle. Find and fix the cause, then resend them:
        nothing that succeeded before is repeated.
      </p>
      <Shown live={live} rows={4}>
        {({ dead_letters: letters, next_cursor: cursor }) =>
          letters.length === 0 ? (
            <Empty title="No dead letters" />
          ) : (
            <section class="card stack" aria-label="Dead letters">
              <Table
                caption="Dead letters, latest first"
                columns={columns}
                rows={letters}
                keyOf={({ id }) => id}
              />
              {cursor !== null && <p class="quiet">There are more than these {pageSize}.</p>}
            </section>
          )
        }
      </Shown>
      {isAsking && <RedriveDialog onClose={() => setAsking(false)} />}
    </>
  );
}

function isWaiting({ reason, redriven_at: at }: DeadLetter): boolean {
  return reason !== 'unreadable' && at === null;
}

const columns: readonly Column<DeadLetter>[] = [
  { title: 'Dead letter', cell: ({ id }) => <Id id={id} /> },
  { title: 'Reason', cell: ({ reason }) => <code>{reason}</code> },
  {
    title: 'What went wrong',
    cell: ({ detail, body }) => (
      <details>
        <summary>{detail}</summary>
        <Code text={pretty(body)} label="Message" copyWhat="message" />
      </details>
    ),
  },
  { title: 'Buried', cell: ({ buried_at: at }) => <Time at={at} how="relative" /> },
  {
    title: 'Sent again',
    cell: (letter) =>
      letter.redriven_at === null ? (
        <NotSent letter={letter} />
      ) : (
        <Time at={letter.redriven_at} how="relative" />
      ),
  },
];

/** Messages that no version can read are never resent. */
function NotSent({ letter }: { letter: DeadLetter }) {
  return isWaiting(letter) ? <Badge tone="warn">not yet</Badge> : <Badge tone="off">never</Badge>;
}

// One delivery: its state and next attempt, its payload, and every attempt.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Answer } from '../../api/calls.ts';
import type { Delivery as Resource } from '../../api/resources.ts';
import { count, duration } from '../../format.ts';
import { EventType, StatusBadge } from '../../parts/badge.tsx';
import { Card, PageHead } from '../../parts/card.tsx';
import { Id } from '../../parts/copy.tsx';
import { SubscriptionLink } from '../../parts/delivery-table.tsx';
import { Shown } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import type { Fact } from '../../parts/facts.tsx';
import { Facts } from '../../parts/facts.tsx';
import { useLive } from '../../state/live.ts';
import { Actions } from './actions.tsx';
import { AttemptDetail } from './attempts.tsx';
import { Payload } from './payload.tsx';

/** A finished one only changes by a replay, and each response has the whole payload. */
const openMs = 2_000;
const endedMs = 15_000;

export function Delivery({ id }: { id: string }) {
  const [everyMs, setEveryMs] = useState(openMs);
  const live = useLive(`delivery ${id}`, (signal) => call('getDelivery', { id, signal }), everyMs);
  const isAtEnd = live.data !== undefined && live.data.delivery.completed_at !== null;
  useEffect(() => setEveryMs(isAtEnd ? endedMs : openMs), [isAtEnd]);
  return (
    <Shown live={live} rows={6}>
      {(data) => <Page {...data} />}
    </Shown>
  );
}

function Page({ delivery, attempts }: Answer<'getDelivery'>) {
  const newestFirst = attempts.toReversed();
  return (
    <>
      <PageHead title="Delivery" back={{ href: 'deliveries', title: 'Deliveries' }}>
        <StatusBadge status={delivery.status} />
        <Actions delivery={delivery} lastTarget={newestFirst[0]?.target_url ?? null} />
      </PageHead>
      <div class="columns">
        <Card title="State">
          <State delivery={delivery} />
        </Card>
        <section class="card" aria-label="Payload">
          <Payload delivery={delivery} />
        </section>
      </div>
      <Card title={`Delivery attempts (${count(attempts.length)})`}>
        {attempts.length === 0 ? (
          <p class="quiet">Awaiting its first attempt…</p>
        ) : (
          <ol class="attempts" reversed>
            {newestFirst.map((attempt) => (
              <AttemptDetail attempt={attempt} key={attempt.id} />
            ))}
          </ol>
        )}
      </Card>
    </>
  );
}

function State({ delivery }: { delivery: Resource }) {
  const facts: readonly Fact[] = [
    ['Delivery id', <Id id={delivery.id} whole />],
    ['Subscription', <SubscriptionLink id={delivery.subscription_id} />],
    ['Event type', <EventType type={delivery.event_type} />],
    ...(delivery.reason === null ? [] : [['Reason', delivery.reason] as const]),
    ['Created', <Time at={delivery.created_at} />],
    [
      'Completed',
      delivery.completed_at === null ? 'Not completed yet' : <Time at={delivery.completed_at} />,
    ],
    ['Processing time', processingTime(delivery)],
    ...(delivery.next_attempt_at === null
      ? []
      : [['Next attempt', <NextAttempt at={delivery.next_attempt_at} />] as const]),
  ];
  return <Facts facts={facts} />;
}

function NextAttempt({ at }: { at: string }) {
  return (
    <>
      <strong>
        <Time at={at} how="relative" />
      </strong>
      <div class="hint">
        <Time at={at} />
      </div>
    </>
  );
}

function processingTime({ created_at: from, completed_at: to }: Resource): string {
  return to === null ? 'Not completed yet' : duration(Date.parse(to) - Date.parse(from));
}

// One replay job: its progress, and how to pause or cancel it.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Replay as Resource } from '../../api/resources.ts';
import { count } from '../../format.ts';
import { EventType } from '../../parts/badge.tsx';
import { Card, Numbers, PageHead } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Id } from '../../parts/copy.tsx';
import { SubscriptionLink } from '../../parts/delivery-table.tsx';
import { Shown } from '../../parts/states.tsx';
import { Time } from '../../parts/time.tsx';
import type { Fact } from '../../parts/facts.tsx';
import { Facts } from '../../parts/facts.tsx';
import { useAction } from '../../state/action.ts';
import { reloadLive, useLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';
import { may } from '../../state/session.ts';
import { ReplayProgress } from './replay-progress.tsx';
import { ReplayBadge } from './replays.tsx';

export function Replay({ id }: { id: string }) {
  const live = useLive(`replay ${id}`, (signal) => call('getReplay', { id, signal }), 1_500);
  return (
    <Shown live={live} rows={5}>
      {({ replay }) => <Page replay={replay} />}
    </Shown>
  );
}

function Page({ replay }: { replay: Resource }) {
  return (
    <>
      <PageHead title="Replay" back={{ href: 'replays', title: 'Replays' }}>
        <ReplayBadge state={replay.state} />
        {may('admin') && <Controls replay={replay} />}
      </PageHead>
      <Card title="Progress">
        <ReplayProgress replay={replay} />
      </Card>
      <Numbers
        figures={[
          {
            title: 'Matched',
            value: replay.matched === null ? 'Too many to count' : count(replay.matched),
          },
          { title: 'Examined', value: count(replay.examined) },
          { title: 'Replayed', value: count(replay.replayed) },
          { title: 'Skipped', value: count(replay.skipped), hint: 'changed since, or deleted' },
        ]}
      />
      <Card title="What it replays">
        <Matching replay={replay} />
      </Card>
    </>
  );
}

type Verb = 'pause' | 'resume' | 'cancel';
const calls = { pause: 'pauseReplay', resume: 'resumeReplay', cancel: 'cancelReplay' } as const;

function Controls({ replay: { id, state } }: { replay: Resource }) {
  const [isCancelling, setCancelling] = useState(false);
  const action = useAction();
  const change = async (verb: Verb) => {
    const { message } = await call(calls[verb], { id });
    notify('good', message);
    reloadLive(`replay ${id}`);
  };
  if (state === 'completed' || state === 'cancelled') return null;
  const verb = state === 'running' ? 'pause' : 'resume';
  return (
    <>
      <button
        type="button"
        class="button"
        aria-disabled={action.isBusy}
        onClick={() => void action.run(() => change(verb))}
      >
        {verb === 'pause' ? 'Pause' : 'Resume'}
      </button>
      <button type="button" class="button danger" onClick={() => setCancelling(true)}>
        Cancel replay
      </button>
      {isCancelling && (
        <Confirm
          title="Cancel this replay?"
          verb="Cancel replay"
          onClose={() => setCancelling(false)}
          act={() => change('cancel')}
        >
          <p>
            Deliveries already replayed stay replayed. Anything already requested is still sent.
          </p>
        </Confirm>
      )}
    </>
  );
}

function Matching({ replay }: { replay: Resource }) {
  const facts: readonly Fact[] = [
    ['Id', <Id id={replay.id} whole />],
    [
      'Subscription',
      replay.subscription_id === null ? 'All' : <SubscriptionLink id={replay.subscription_id} />,
    ],
    ['Status', replay.status.join(', ')],
    ['Event type', replay.event_type === null ? 'All' : <EventType type={replay.event_type} />],
    ['Error code', replay.error_code === null ? 'All' : <code>{replay.error_code}</code>],
    ['Since', <Time at={replay.since} />],
    ['Until', <Time at={replay.until} />],
    ['Pace', `${replay.per_second} a second`],
    ['Created', <Time at={replay.created_at} />],
    ['Completed', <Time at={replay.completed_at} />],
  ];
  return <Facts facts={facts} />;
}

// The readable fields of a subscription: secrets are write-only.
import type { ComponentChildren } from 'preact';
import type { Subscription } from '../../api/resources.ts';
import { searchOf } from '../../api/url.ts';
import { duration } from '../../format.ts';
import { CopyButton, Id } from '../../parts/copy.tsx';
import { Line, Target } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import type { Fact } from '../../parts/facts.tsx';
import { Facts } from '../../parts/facts.tsx';
import { hasInbox, inboxOf } from '../../state/inbox.ts';
import { EventTypes } from '../subscriptions/event-types.tsx';

export function Details({ subscription }: { subscription: Subscription }) {
  const facts = [...basics(subscription), ...sending(subscription), ...security(subscription)];
  return <Facts facts={facts} />;
}

function basics(subscription: Subscription): Fact[] {
  const { id, target_url: url, event_types: types } = subscription;
  return [
    ['Id', <Id id={id} whole />],
    ['Target URL', <TargetUrl url={url} />],
    ['Event types', <EventTypes types={types} />],
    ['Secret', secretText(subscription)],
    ...(subscription.public_key === null
      ? []
      : [
          [
            'Public key',
            <span class="id">
              <code>{subscription.public_key}</code>
              <CopyButton text={subscription.public_key} what="public key" />
            </span>,
          ] as const,
        ]),
    ['Created', <Time at={subscription.created_at} />],
    ['Updated', <Time at={subscription.updated_at} />],
  ];
}

function TargetUrl({ url }: { url: string }) {
  const inbox = hasInbox ? inboxOf(url) : null;
  return (
    <>
      <span class="id">
        <Target url={url} />
        <CopyButton text={url} what="target URL" />
      </span>
      {inbox !== null && (
        <div class="hint">
          <a href={`inbox${searchOf({ inbox })}`}>See what the inbox received</a>
        </div>
      )}
    </>
  );
}

function secretText({ secret, previous_secrets: previous }: Subscription): ComponentChildren {
  if (secret === null) return 'None: deliveries are not signed';
  return (
    <>
      Configured
      {previous.map(({ expires_at: at }) => (
        <div class="hint" key={at}>
          An earlier one keeps signing until <Time at={at} />
        </div>
      ))}
    </>
  );
}

function sending(subscription: Subscription): Fact[] {
  const { retry_schedule: schedule, timeout_ms: timeout, rate_limit: rate } = subscription;
  const headers = Object.keys(subscription.custom_headers);
  return [
    ['Retries', <ScheduleText schedule={schedule} />],
    ['Deadline', timeout === null ? "The service's own" : duration(timeout)],
    ['Rate limit', rate === null ? 'None' : `${rate.per_second} a second, ${rate.burst} at once`],
    ['Headers', headers.length === 0 ? 'None' : <Line text={headers.join(', ')} max={300} />],
  ];
}

export function ScheduleText({ schedule }: { schedule: Subscription['retry_schedule'] }) {
  if (schedule === null) return <>The service's own</>;
  if (typeof schedule === 'string') return <>{schedule}</>;
  if (schedule.length === 0) return <>None: one send</>;
  return <>after {schedule.map((seconds) => duration(seconds * 1_000)).join(', ')}</>;
}

function security(subscription: Subscription): Fact[] {
  const { auth, verification } = subscription;
  return [
    ['Credentials', credentials(auth)],
    ['Ingest verification', verification === null ? 'X-Hub-Signature-256' : verification.scheme],
    ['Timestamped signature', subscription.timestamped_signature ? 'Yes' : 'No'],
    ["Operator's", subscription.operational_events ? 'Yes: gets operational events' : 'No'],
  ];
}

function credentials(auth: Subscription['auth']): string {
  if (auth === null) return 'None';
  return auth.type === 'header' ? `header ${auth.name}` : auth.type;
}

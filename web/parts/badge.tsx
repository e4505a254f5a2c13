// States as a word plus a colour: never by colour alone.
import type { DeliveryStatus, Subscription } from '../api/resources.ts';

type Tone = 'good' | 'bad' | 'warn' | 'calm' | 'held' | 'off';

export const toneOfStatus: Record<DeliveryStatus, Tone> = {
  delivered: 'good',
  pending: 'calm',
  retrying: 'warn',
  parked: 'held',
  failed: 'bad',
  cancelled: 'off',
};

const toneOfHealth: Record<Subscription['health'], Tone> = {
  healthy: 'good',
  failing: 'warn',
  open: 'bad',
  recovering: 'held',
  inactive: 'off',
};

export const wordOfHealth: Record<Subscription['health'], string> = {
  healthy: 'healthy',
  failing: 'failing',
  open: 'circuit open',
  recovering: 'recovering',
  inactive: 'inactive',
};

export function Badge({ tone, children }: { tone: Tone; children: string }) {
  return <span class={`badge ${tone}`}>{children}</span>;
}

export function StatusBadge({ status }: { status: DeliveryStatus }) {
  return <Badge tone={toneOfStatus[status]}>{status}</Badge>;
}

export function HealthBadge({ health }: { health: Subscription['health'] }) {
  return <Badge tone={toneOfHealth[health]}>{wordOfHealth[health]}</Badge>;
}

const wordOfReason: Record<string, string> = {
  paused: 'paused',
  gone: 'endpoint gone',
  failing: 'failing for days',
};

export function SubscriptionBadge({ subscription }: { subscription: Subscription }) {
  const { status, inactive_reason: reason } = subscription;
  if (status === 'active') return <Badge tone="good">active</Badge>;
  const word = reason === null ? null : (wordOfReason[reason] ?? reason);
  return <Badge tone="off">{word === null ? 'inactive' : `inactive: ${word}`}</Badge>;
}

/** An operator subscription, which receives operational events. */
export function OperationalBadge() {
  return <Badge tone="calm">operator's</Badge>;
}

export function EventType({ type }: { type: string | null }) {
  if (type === null) return <span class="quiet">Generic</span>;
  return (
    <bdi class="event-type" title={type}>
      {type}
    </bdi>
  );
}

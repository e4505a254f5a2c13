// What must hold of operational events: whatever happens is announced once to every operator's subscription of the tenant,
// however often the announcement is asked for, repeated or cut short; and nothing is announced that did not happen.
import { operationalEvents } from '../../lambdas/contract/announcements/operational-events.ts';
import type { OperationalEvent } from '../../lambdas/contract/announcements/operational-events.ts';
import { rfc3339 } from '../../lambdas/contract/limits/time.ts';
import type { Attempt, Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { SubscriptionId } from '../../lambdas/core/ids.ts';
import { wantsEvent } from '../../lambdas/core/events/matching.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { must } from './facts.ts';
import type { Database, Row } from './store.ts';

export type Announcements = {
  deliveryChanged(before: Delivery | null, row: Row, attempt: Attempt | null): void;
  subscriptionChanged(id: SubscriptionId, after: Subscription | null): void;
  /** The queue has forgotten an announcement: nobody knows of which change. */
  lost(id: SubscriptionId): void;
  /** The bus got it. */
  put(event: OperationalEvent): void;
  settled(): void;
};

const failed = 'webhook.delivery.failed';

/** The same for every event that tells of one change. */
function keyOf(event: OperationalEvent): string {
  return event.type === failed
    ? `${failed} ${event.data.delivery_id} ${event.data.attempts}`
    : `${event.type} ${event.data.subscription_id} ${event.timestamp}`;
}

export function createAnnouncements(database: Database, isHeard: boolean): Announcements {
  /** Whose change it is, by its key. */
  const happened = new Map<string, SubscriptionId>();
  const onBus = new Set<string>();
  /** Whose changes nobody may have told. */
  const untold = new Set<SubscriptionId>();
  const mustHaveHappened = (key: string) => {
    must(happened.has(key), 'I14', () => `${key} is announced and has not happened`);
  };

  function checkOperator(operator: Subscription): void {
    const told = new Set<string>();
    for (const id of database.idsOf.get(operator.id) ?? []) {
      const key = keyOf(JSON.parse(Buffer.from(database.rows.get(id)!.body).toString()));
      must(!told.has(key), 'I14', () => `${operator.id} is told twice: ${key}`);
      told.add(key);
      mustHaveHappened(key);
    }
    for (const [key, subscriptionId] of happened) {
      const subscription = database.subscriptions.get(subscriptionId);
      if (subscription === undefined || subscription.tenant !== operator.tenant) continue;
      const [type = ''] = key.split(' ');
      const isWanted =
        !subscription.operationalEvents && wantsEvent(operator.eventTypes, type, 'deliver');
      if (!told.has(key) && untold.has(subscriptionId)) continue;
      must(told.has(key) === isWanted, 'I14', () => {
        return `${operator.id} ${isWanted ? 'is not told' : 'does not want to be told'}: ${key}`;
      });
    }
  }

  return {
    deliveryChanged(before, { delivery }, attempt) {
      if (delivery.status !== 'failed' || before?.status === 'failed') return;
      happened.set(`${failed} ${delivery.id} ${attempt?.number}`, delivery.subscriptionId);
    },
    subscriptionChanged(id, after) {
      for (const { kind, at } of after?.health.history ?? []) {
        happened.set(`${operationalEvents[kind].shape.type.value} ${id} ${rfc3339(at)}`, id);
      }
    },
    lost(id) {
      untold.add(id);
    },
    put(event) {
      onBus.add(keyOf(event));
    },
    settled() {
      for (const subscription of database.subscriptions.values()) {
        if (subscription.operationalEvents) checkOperator(subscription);
      }
      for (const key of onBus) mustHaveHappened(key);
      if (!isHeard) return;
      for (const [key, id] of happened) {
        const isGone = !database.subscriptions.has(id);
        const isTold = onBus.has(key) || untold.has(id);
        must(isGone || isTold, 'I14', () => `the bus is not told: ${key}`);
      }
    },
  };
}

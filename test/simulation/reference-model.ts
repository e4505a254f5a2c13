// What the service promises, in the fewest words: subscriptions that are active, inactive or deleted, endpoints that
// work or fail, and deliveries with the states that they may be in. No queue, no time, no attempts.
import type { DeliveryStatus } from '../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryId, SubscriptionId } from '../../lambdas/core/ids.ts';

type Final = 'delivered' | 'failed' | 'cancelled';
/** `open` stands for pending and retrying, and for whatever that comes to. */
export type Possible = 'open' | 'parked' | Final;

export type ModelSubscription = {
  id: SubscriptionId;
  tenant: string;
  state: 'active' | 'inactive' | 'deleted';
  endpoint: 'works' | 'fails';
};

export type ModelDelivery = {
  id: DeliveryId;
  subscription: ModelSubscription;
  possible: Set<Possible>;
  /** Nothing has happened to it since everything ended: no attempt can be under way, not even one of an older cycle. */
  isQuiet: boolean;
};

export type Model = { subscriptions: ModelSubscription[]; deliveries: ModelDelivery[] };

export function emptyModel(): Model {
  return { subscriptions: [], deliveries: [] };
}

function become(
  model: Model,
  subscription: ModelSubscription,
  next: (state: Possible) => Possible[],
): void {
  for (const delivery of model.deliveries) {
    if (delivery.subscription !== subscription) continue;
    delivery.possible = new Set([...delivery.possible].flatMap(next));
    delivery.isQuiet = false;
  }
}

export function accepted(model: Model, subscription: ModelSubscription, id: DeliveryId): void {
  if (model.deliveries.some((delivery) => delivery.id === id)) return;
  // A function may act on a memo for a while, whichever way the subscription changed.
  const possible: ModelDelivery['possible'] = new Set(['open', 'parked']);
  model.deliveries.push({ id, subscription, possible, isQuiet: false });
}

export function paused(_: Model, subscription: ModelSubscription): void {
  subscription.state = 'inactive';
}

export function resumed(model: Model, subscription: ModelSubscription): void {
  subscription.state = 'active';
  become(model, subscription, (state) => (state === 'parked' ? ['open'] : [state]));
}

export function deleted(model: Model, subscription: ModelSubscription): void {
  subscription.state = 'deleted';
  become(model, subscription, (state) => (state === 'parked' ? ['open', 'cancelled'] : [state]));
}

export function replayed(delivery: ModelDelivery): void {
  const { subscription, isQuiet } = delivery;
  // The message of a replay that was refused may still be there, and its function go by a memo.
  const whileInactive: Possible[] = isQuiet ? ['parked'] : ['parked', 'open'];
  delivery.possible = new Set(subscription.state === 'active' ? ['open'] : whileInactive);
  delivery.isQuiet = false;
}

export function cancelled(delivery: ModelDelivery): void {
  delivery.possible = new Set(['cancelled']);
}

/** A cancellation is refused for what is over, and for nothing else. */
export function mayRefuseCancel({ possible }: ModelDelivery): boolean {
  return [...possible].some((state) => state !== 'parked');
}

export function mustRefuseCancel({ possible }: ModelDelivery): boolean {
  return ![...possible].some((state) => state === 'open' || state === 'parked');
}

/** Enough time passes for everything that can end to end. */
export function quiet(model: Model): void {
  for (const subscription of model.subscriptions) {
    const end = subscription.endpoint === 'works' ? 'delivered' : 'failed';
    become(model, subscription, (state) => {
      if (state !== 'open' && state !== 'parked') return [state];
      if (subscription.state === 'active') return [end];
      if (subscription.state === 'deleted')
        return state === 'open' ? [end, 'cancelled'] : ['cancelled'];
      return state === 'open' ? [end, 'parked'] : ['parked'];
    });
  }
}

/** True when the delivery may be in that state; then it is known to be. */
export function observe(delivery: ModelDelivery, status: DeliveryStatus): boolean {
  const state: Possible = status === 'pending' || status === 'retrying' ? 'open' : status;
  if (!delivery.possible.has(state)) return false;
  delivery.possible = new Set([state]);
  delivery.isQuiet = true;
  return true;
}

// Producers and operators: they send requests, and repeat those whose fate they cannot know.
import type { DeliveryId, ReplayId, SubscriptionId } from '../../lambdas/core/ids.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import type { NewSubscription, SubscriptionFields } from '../../lambdas/contract/http/resources.ts';
import { cancelDelivery } from '../../lambdas/operations/deliveries/cancel-delivery.ts';
import type { ReplayFilters } from '../../lambdas/core/replays/replay-job.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import {
  cancelReplay,
  pauseReplay,
  resumeReplay,
} from '../../lambdas/operations/replays/change-replay.ts';
import { createReplay } from '../../lambdas/operations/replays/create-replay.ts';
import { createSubscription } from '../../lambdas/operations/subscriptions/create-subscription.ts';
import { deleteSubscription } from '../../lambdas/operations/subscriptions/delete-subscription.ts';
import { publishEvent } from '../../lambdas/operations/events/publish-event.ts';
import type {
  RedriveWish,
  Redriven,
} from '../../lambdas/operations/dead-letters/redrive-dead-letters.ts';
import { redriveDeadLetters } from '../../lambdas/operations/dead-letters/redrive-dead-letters.ts';
import { retryDelivery } from '../../lambdas/operations/deliveries/retry-delivery.ts';
import { updateSubscription } from '../../lambdas/operations/subscriptions/update-subscription.ts';
import { must } from './facts.ts';
import type { Answer, World } from './world.ts';

export type Target = { tenant: string; id: SubscriptionId };

const triesMax = 6;

/** Repeats what broke, as clients do, until it is known what came of it. */
async function persist<Value>(
  world: World,
  about: readonly DeliveryId[],
  operation: (context: Context) => Promise<Value>,
): Promise<Answer<Value>> {
  let answer = await world.request(about, operation);
  for (let tries = 1; tries < triesMax && answer.kind === 'broken'; tries += 1) {
    await world.sleep(world.random.between(100, 20_000));
    answer = await world.request(about, operation);
  }
  return answer;
}

export async function create(
  world: World,
  tenant: string,
  fields: NewSubscription,
): Promise<Subscription> {
  const answer = await persist(world, [], (context) => createSubscription(context, tenant, fields));
  if (answer.kind === 'done') return answer.value;
  throw new Error('The subscription could not be created');
}

export type PublishedEvent = { body: string; eventType?: string; key?: string };

/** A body says by its length what it comes as, so that a repeated request is the same. */
const contents = [
  { contentType: 'application/json', contentEncoding: null },
  { contentType: 'text/plain; charset=utf-8', contentEncoding: 'gzip' },
  { contentType: null, contentEncoding: null },
];

export async function publish(
  world: World,
  target: Target,
  event: PublishedEvent,
): Promise<DeliveryId | null> {
  const body = new TextEncoder().encode(event.body);
  const request = {
    caller: { tenant: target.tenant, scopes: ['publish' as const], keyId: 'key' },
    sourceAddress: '192.0.2.1',
    subscriptionId: target.id,
    eventType: event.eventType ?? null,
    ...contents[body.byteLength % contents.length]!,
    headers: {},
    idempotencyKey: event.key ?? null,
    hops: 0,
    body,
  };
  const send = (context: Context) => publishEvent(context, request);
  // Without a key a repeated request is another event, so this client gives up.
  const answer =
    event.key === undefined ? await world.request([], send) : await persist(world, [], send);
  if (answer.kind === 'refused') {
    const { code } = answer.error;
    must(
      code === 'not-found' || code === 'idempotency-key-reused',
      'I11',
      () => `refused: ${code}`,
    );
  }
  if (answer.kind !== 'done' || answer.value.kind !== 'accepted') return null;
  const { deliveryId } = answer.value;
  world.kernel.note(() => `202 ${deliveryId}`);
  world.invariants.accepted(deliveryId, body);
  if (event.key !== undefined)
    checkKey(world, `${target.id} ${event.key}`, { deliveryId, body: event.body });
  return deliveryId;
}

/** What each Idempotency-Key was first answered with. */
const answersByKey = new WeakMap<World, Map<string, { deliveryId: DeliveryId; body: string }>>();

function checkKey(
  world: World,
  key: string,
  answer: { deliveryId: DeliveryId; body: string },
): void {
  const answers = answersByKey.get(world) ?? new Map();
  answersByKey.set(world, answers);
  const first = answers.get(key) ?? answer;
  answers.set(key, first);
  must(
    first.deliveryId === answer.deliveryId && first.body === answer.body,
    'I11',
    () => `${key} was answered with ${first.deliveryId} and ${answer.deliveryId}`,
  );
}

function change(
  world: World,
  { tenant, id }: Target,
  fields: SubscriptionFields,
): Promise<Answer<unknown>> {
  return persist(world, [], (context) => updateSubscription(context, { tenant, id }, fields));
}

export function pause(world: World, target: Target): Promise<Answer<unknown>> {
  return change(world, target, { status: 'inactive' });
}

export function resume(world: World, target: Target): Promise<Answer<unknown>> {
  return change(world, target, { status: 'active' });
}

export function rotate(world: World, target: Target): Promise<Answer<unknown>> {
  return change(world, target, { secret: secretFrom(world) });
}

export function secretFrom(world: World): string {
  return `whsec_${Buffer.from(world.random.bytes(24)).toString('base64')}`;
}

export function remove(world: World, target: Target): Promise<Answer<void>> {
  return persist(world, [], (context) => deleteSubscription(context, target.tenant, target.id));
}

export function retry(world: World, tenant: string, id: DeliveryId): Promise<Answer<unknown>> {
  world.invariants.replayAsked(id);
  return persist(world, [id], (context) => retryDelivery(context, tenant, id));
}

export function cancel(world: World, tenant: string, id: DeliveryId): Promise<Answer<unknown>> {
  return persist(world, [id], (context) => cancelDelivery(context, tenant, id));
}

/** Null where it is not known whether there is a job, or where there are too many. */
export async function replayMany(
  world: World,
  tenant: string,
  wish: { filters: ReplayFilters; perSecond: number },
): Promise<ReplayId | null> {
  const asked = { ...wish, dryRun: false };
  const answer = await persist(world, [], (context) => createReplay(context, tenant, asked));
  if (answer.kind === 'refused') {
    const { code } = answer.error;
    const isUsual = code === 'not-found' || code === 'limit-exceeded';
    must(isUsual, 'I11', () => `the replay was refused: ${code}`);
  }
  return answer.kind === 'done' ? (answer.value.job?.id ?? null) : null;
}

/** What an operator does once the cause is gone: all letters of all tenants, page by page. */
export async function redriveAll(world: World): Promise<void> {
  const tenants = [...world.database.deadLetters.values()].map(({ tenant }) => tenant);
  for (const tenant of new Set(tenants)) {
    let cursor: string | null = null;
    do {
      const wish: RedriveWish = { tenant, ids: null, reason: null, perSecond: 100, cursor };
      const again = (context: Context) => redriveDeadLetters(context, wish);
      const answer: Answer<Redriven> = await persist(world, [], again);
      cursor = answer.kind === 'done' ? answer.value.nextCursor : null;
    } while (cursor !== null);
  }
}

const changes = { pause: pauseReplay, resume: resumeReplay, cancel: cancelReplay };

export function changeReplay(
  world: World,
  key: { tenant: string; id: ReplayId },
  verb: keyof typeof changes,
): Promise<Answer<unknown>> {
  return persist(world, [], (context) => changes[verb](context, key));
}

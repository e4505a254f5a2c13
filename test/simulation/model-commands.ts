// The commands of the model-based test: each does one thing to the simulated world and the same to the model.
import fc from 'fast-check';
import {
  cancel,
  create,
  pause,
  publish,
  remove,
  resume,
  retry,
  rotate,
  secretFrom,
} from './client.ts';
import { must } from './facts.ts';
import * as reference from './reference-model.ts';
import type { Model, ModelDelivery, ModelSubscription } from './reference-model.ts';
import { startOfTime } from './timeline.ts';
import type { World } from './world.ts';

type Command = fc.AsyncCommand<Model, World>;

function command(
  name: string,
  check: (model: Model) => boolean,
  run: (model: Model, world: World) => Promise<void>,
): Command {
  return {
    check,
    run: (model, world) => world.complete(run(model, world)),
    toString: () => name,
  };
}

function onSubscription(
  name: string,
  pick: number,
  run: (model: Model, world: World, subscription: ModelSubscription) => Promise<void>,
): Command {
  const of = ({ subscriptions }: Model) => subscriptions[pick % subscriptions.length];
  const check = (model: Model) => {
    const found = of(model);
    return found !== undefined && found.state !== 'deleted';
  };
  return command(`${name}(${pick})`, check, (model, world) => run(model, world, of(model)!));
}

function onDelivery(
  name: string,
  pick: number,
  run: (world: World, delivery: ModelDelivery) => Promise<void>,
): Command {
  const of = ({ deliveries }: Model) => deliveries[pick % deliveries.length];
  const check = (model: Model) => model.deliveries.length > 0;
  return command(`${name}(${pick})`, check, (model, world) => run(world, of(model)!));
}

const createOne = (endpoint: 'works' | 'fails') =>
  command(
    `create(${endpoint})`,
    ({ subscriptions }) => subscriptions.length < 3,
    async (model, world) => {
      const target = `https://receiver-${model.subscriptions.length}.example/`;
      const mode =
        endpoint === 'works' ? { kind: 'ok' as const } : { kind: 'status' as const, status: 500 };
      world.endpoints.set(target, [{ from: startOfTime, mode }]);
      const { id, tenant } = await create(world, 'red', {
        target_url: target,
        secret: secretFrom(world),
        retry_schedule: [2, 1_200],
      });
      model.subscriptions.push({ id, tenant, state: 'active', endpoint });
    },
  );

const publishOne = (pick: number) =>
  onSubscription('publish', pick, async (model, world, subscription) => {
    const key = `key ${world.random.below(1_000_000)}`;
    const id = await publish(world, subscription, { body: '{"a":1}', key });
    must(id !== null, 'model', () => 'an event was not accepted');
    if (id !== null) reference.accepted(model, subscription, id);
  });

const change = (name: 'pause' | 'resume' | 'remove' | 'rotate', pick: number) =>
  onSubscription(name, pick, async (model, world, subscription) => {
    const verbs = { pause, resume, remove, rotate };
    const { kind } = await verbs[name](world, subscription);
    must(kind === 'done', 'model', () => `${name} was ${kind}`);
    if (name === 'pause') reference.paused(model, subscription);
    if (name === 'resume') reference.resumed(model, subscription);
    if (name === 'remove') reference.deleted(model, subscription);
  });

const retryOne = (pick: number) =>
  onDelivery('retry', pick, async (world, delivery) => {
    const { kind } = await retry(world, delivery.subscription.tenant, delivery.id);
    const isDeleted = delivery.subscription.state === 'deleted';
    must(!(isDeleted && kind === 'done'), 'model', () => 'a replay without a subscription');
    // While an attempt is recorded, even one of an older cycle, a replay may be refused.
    const mayRefuse = isDeleted || !delivery.isQuiet;
    must(mayRefuse || kind === 'done', 'model', () => `the replay was ${kind}`);
    if (kind === 'done') reference.replayed(delivery);
  });

const cancelOne = (pick: number) =>
  onDelivery('cancel', pick, async (world, delivery) => {
    const { kind } = await cancel(world, delivery.subscription.tenant, delivery.id);
    const allowed =
      kind === 'done' ? !reference.mustRefuseCancel(delivery) : reference.mayRefuseCancel(delivery);
    must(allowed, 'model', () => `the cancellation was ${kind}`);
    if (kind === 'done') reference.cancelled(delivery);
  });

const advance = (seconds: number) =>
  command(
    `advance(${seconds} s)`,
    () => true,
    (_, world) => world.sleep(seconds * 1_000),
  );

const crash = command(
  'crash',
  () => true,
  async (_, world) => {
    world.crash();
  },
);

/** Lets everything end, and compares every delivery with the model. */
export const settle: Command = {
  check: () => true,
  toString: () => 'settle',
  async run(model, world) {
    await world.settle();
    reference.quiet(model);
    for (const delivery of model.deliveries) {
      const status = world.database.rows.get(delivery.id)!.delivery.status;
      const expected = [...delivery.possible].join(' or ');
      const about = () => `${delivery.id} is ${status} instead of ${expected}`;
      must(reference.observe(delivery, status), 'model', about);
    }
  },
};

const pick = fc.nat({ max: 20 });

export const commands = fc.commands(
  [
    fc.constantFrom('works' as const, 'fails' as const).map(createOne),
    pick.map(publishOne),
    pick.map(publishOne),
    fc
      .tuple(fc.constantFrom('pause', 'resume', 'remove', 'rotate'), pick)
      .map(([name, index]) => change(name, index)),
    pick.map(retryOne),
    pick.map(cancelOne),
    fc.constantFrom(0.1, 1, 15, 100, 3_600).map(advance),
    fc.constant(crash),
    fc.constant(settle),
  ],
  { maxCommands: 40, size: 'max' },
);

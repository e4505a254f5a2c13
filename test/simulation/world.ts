// The whole simulated deployment: the stored state, the queue, the endpoints, and the processes that run the real
// handlers over ports that may fail, repeat, delay or die at every call.
import type { Ports } from '../../lambdas/core/ports.ts';
import type { DeliveryId } from '../../lambdas/core/ids.ts';
import type { AttemptWindow } from '../../lambdas/core/endpoints/health.ts';
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import { createContext, targetPolicyOf } from '../../lambdas/edge/context.ts';
import { createDeadLetterHandler } from '../../lambdas/edge/queue/dead-letter-queue.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { DeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { aboutBatch } from './about.ts';
import { createAnnouncements } from './announcements.ts';
import type { Announcements } from './announcements.ts';
import { startBurying } from './burying.ts';
import { redriveAll } from './client.ts';
import { createClockInvariants } from './clock-invariants.ts';
import type { ClockInvariants } from './clock-invariants.ts';
import { offsetOf } from './clocks.ts';
import { checkDeadSettled } from './dead-letter-invariants.ts';
import { deadLetterStore } from './dead-letter-store.ts';
import { sender } from './endpoints.ts';
import type { Endpoints, Post } from './endpoints.ts';
import { noFaults } from './faults.ts';
import type { FaultPlan } from './faults.ts';
import { must, Violation } from './facts.ts';
import type { Facts } from './facts.ts';
import { audit } from './ledger.ts';
import { ledgerCheckStore } from './ledger-check-store.ts';
import { lose } from './queue-loss.ts';
import type { Loss } from './queue-loss.ts';
import { checkProcess } from './checking.ts';
import { createInvariants } from './invariants.ts';
import type { Invariants } from './invariants.ts';
import { excuse, kill, onceAwake } from './kernel.ts';
import type { Kernel, Process } from './kernel.ts';
import { acknowledge, createQueue, deliveryQueue, receive } from './queue.ts';
import type { QueueWatch, VirtualQueue } from './queue.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { replayStore } from './replay-store.ts';
import { eventBus, idempotencyStore, rateLimitStore, statsStore } from './small-stores.ts';
import { deliveryStore, notSimulated, subscriptionStore } from './store.ts';
import type { Database } from './store.ts';
import { createTimeline, startOfTime } from './timeline.ts';
import { serve } from './serving.ts';
import type { Answer, Server } from './serving.ts';
import { startWorkers } from './workers.ts';

export type { Answer } from './serving.ts';

/** Removes a safeguard of the real code: what the tests of the safeguards plant. */
export type Sabotage = {
  context?: (context: Context, world: World) => Context;
  handler?: (handler: DeliverHandler, world: World) => DeliverHandler;
};

export type WorldOptions = {
  seed: number;
  /** Whether somebody may listen to the event bus. */
  isHeard?: boolean;
  plan?: (random: Random) => FaultPlan;
  sabotage?: Sabotage;
  /** Receives one line for everything that happens. */
  trace?: (line: string) => void;
  /** More in one go means that the world never comes to rest. */
  stepsMax?: number;
};

export type World = {
  kernel: Kernel;
  random: Random;
  database: Database;
  queue: VirtualQueue;
  endpoints: Endpoints;
  /** What every new process has seen already of the attempts of late. */
  attemptWindows: Map<string, AttemptWindow>;
  /** Until when nothing can be sent, on the timeline. */
  wanting: { until: number };
  /** Told of every request, beside the invariants. */
  onPost: (post: Post) => void;
  invariants: Invariants & Facts;
  clocks: ClockInvariants;
  bus: { isHeard: boolean; onPut: Announcements['put'] };
  /** One API request in one of the processes that serve them. */
  request<Value>(
    about: readonly DeliveryId[],
    operation: (context: Context) => Promise<Value>,
    /** Another than those of the API. */
    process?: string,
  ): Promise<Answer<Value>>;
  /** Makes the queue forget. */
  lose(loss: Loss, random: Random): void;
  sleep(ms: number): Promise<void>;
  /** Lets a client act on its own; what it rejects with ends the run. */
  spawn(client: Promise<void>): void;
  run(untilMs: number): Promise<void>;
  /** Runs until the client has its answer. */
  complete(client: Promise<void>): Promise<void>;
  /** Runs until nothing is left to do. */
  finish(): Promise<void>;
  /** No more faults; runs until nothing is left to do, dead letters included, and checks that all is well. */
  settle(): Promise<void>;
  /** Those that were needed so far. */
  processes(): Process[];
  /** Kills the process of one worker or API function. */
  crash(): void;
};

const settings = parseSettings(serviceSettings, {});
const targets = targetPolicyOf(settings);

const apiProcesses = 2;

export function createWorld(options: WorldOptions): World {
  const random = createRandom(options.seed);
  const timeline = createTimeline(random);
  const { trace, stepsMax = 60_000 } = options;
  const kernel: Kernel = {
    timeline,
    random,
    clockMs: 0,
    isDisturbed: false,
    clockSteps: [],
    plan: options.plan?.(random) ?? noFaults,
    calls: [],
    faults: 0,
    excused: new Map(),
    note:
      trace === undefined
        ? () => {}
        : (line) => {
            trace(`${String(timeline.now() - startOfTime).padStart(10)} ${line()}`);
          },
  };
  const unwatched = {
    deliveryChanged: () => {},
    subscriptionChanged: () => {},
    replayChanged: () => {},
    deadLetterChanged: () => {},
  };
  const database: Database = {
    subscriptions: new Map(),
    rows: new Map(),
    claims: new Map(),
    idsOf: new Map(),
    replays: new Map(),
    deadLetters: new Map(),
    busyUntil: new Map(),
    entries: new Map(),
    entriesByHour: new Map(),
    indexed: new Set(),
    parked: new Map(),
    checkedUntil: new Map(),
    tombstones: new Map(),
    hours: new Map(),
    watch: unwatched,
  };
  const { isHeard = false } = options;
  const announcements = createAnnouncements(database, isHeard);
  const { RETRY_SCHEDULE: schedule, SUBSCRIPTION_MEMO_MS: memoTtlMs } = settings;
  const invariants = createInvariants({ kernel, database, schedule, memoTtlMs }, announcements);
  database.watch = invariants;
  const queue = createQueue();
  const endpoints: Endpoints = new Map();
  const servers: (Server | undefined)[] = [];
  let escaped: Error | null = null;

  const world: World = {
    kernel,
    random,
    database,
    queue,
    endpoints,
    attemptWindows: new Map(),
    wanting: { until: 0 },
    onPost: () => {},
    invariants,
    clocks: createClockInvariants(kernel),
    bus: { isHeard, onPut: announcements.put },
    request(about, operation, process) {
      if (process !== undefined) {
        return serve(world, newServer(world, options, process), { about, operation });
      }
      const slot = random.below(apiProcesses);
      const known = servers[slot];
      const server =
        known?.process.alive === true ? known : newServer(world, options, `api${slot}`);
      servers[slot] = server;
      return serve(world, server, { about, operation });
    },
    lose(loss, chance) {
      // What is under way goes on, and its message is sent again all the same.
      for (const process of workers.processes()) excuse(kernel, process.workingOn());
      lose({ kernel, queue, watch: invariants }, loss, chance);
    },
    sleep: (ms) =>
      new Promise((resolve) => {
        timeline.after(ms, resolve);
      }),
    spawn(client) {
      client.catch((error: unknown) => {
        escaped ??= error instanceof Error ? error : new Error(String(error));
      });
    },
    async run(untilMs) {
      const end = await timeline.run({ until: startOfTime + untilMs, stepsMax, afterStep });
      if (end === 'steps') throw new Violation('I9', `still busy after ${stepsMax} steps`);
    },
    async complete(client) {
      let isDone = false;
      world.spawn(
        client.then(() => {
          isDone = true;
        }),
      );
      // At least one event, so that a client that is answered at once is noticed too.
      timeline.after(0, () => {});
      while (!isDone) {
        const end = await timeline.run({ until: Infinity, stepsMax: 1, afterStep });
        must(end !== 'empty', 'I9', () => 'a client is never answered');
      }
    },
    async finish() {
      await world.run(settleMsMax);
    },
    async settle() {
      kernel.plan = noFaults;
      world.wanting.until = 0;
      // What failed too often while the world was broken is given back once it is whole, while its row is still there.
      const soonMs = timeline.now() - startOfTime + 3_600_000;
      for (const untilMs of [soonMs, settleMsMax, settleMsMax]) {
        world.spawn(redriveAll(world));
        await world.run(untilMs);
      }
      invariants.settled();
      checkDeadSettled({ database }, queue);
      await world.complete(audit(world));
    },
    processes: () => [
      ...servers.flatMap((server) => server?.process ?? []),
      ...workers.processes(),
    ],
    crash() {
      const victims = world.processes();
      const victim = victims[random.below(victims.length)];
      if (victim === undefined) return;
      excuse(kernel, victim.workingOn());
      kernel.faults += 1;
      kill(kernel, victim);
    },
  };
  function afterStep(): void {
    if (escaped !== null) throw escaped;
    invariants.afterStep();
  }
  const workers = startWorkers(kernel, {
    newWorker: (name) => newWorker(world, options, name),
    receive: () => receive({ kernel, queue }),
    acknowledge: (done) => {
      acknowledge({ kernel, queue, watch: invariants }, done);
    },
    about: (batch) => aboutBatch(batch, database),
    hasVisible: () => queue.visible.length > 0,
  });
  queue.onVisible = workers.wake;
  startBurying(kernel, queue, {
    newFunction() {
      const { process, context } = newServer(world, options, 'dead-letter');
      return { process, handler: createDeadLetterHandler(context) };
    },
    acknowledge: (done) => {
      acknowledge({ kernel, queue, watch: invariants }, done);
    },
  });
  return world;
}

/** Longer than the quietest life (nine silences of three weeks), and after it any schedule with its jitter and pauses. */
const settleMsMax = 240 * 24 * 3_600_000;

function newServer(world: World, options: WorldOptions, name: string): Server {
  const requests = new Set<readonly DeliveryId[]>();
  const process: Process = {
    name,
    alive: true,
    skewMs: Math.round(world.random.between(-300, 300)),
    clockSteps: [],
    frozenUntil: 0,
    startedAt: 0,
    workingOn: () => [...requests].flat(),
    onDeath: new Set(),
  };
  const context = contextOf(world, process);
  return { process, context: options.sabotage?.context?.(context, world) ?? context, requests };
}

export type Worker = { process: Process; handler: DeliverHandler };

function newWorker(world: World, options: WorldOptions, name: string): Worker {
  const { process, context } = newServer(world, options, name);
  const handler = createDeliverHandler(context);
  return { process, handler: options.sabotage?.handler?.(handler, world) ?? handler };
}

function contextOf(world: World, process: Process): Context {
  const { kernel, database, endpoints, invariants, queue, random, wanting } = world;
  const access = { kernel, database, process };
  const onPost = (post: Post) => {
    invariants.posted(post);
    world.onPost(post);
  };
  const ports: Ports = {
    clock: {
      now: () => kernel.timeline.now() + offsetOf(kernel, process),
      steady: () => kernel.timeline.now(),
    },
    wait: (ms) =>
      new Promise((resolve) => {
        kernel.timeline.after(ms, () => {
          onceAwake(kernel, process, resolve);
        });
      }),
    chance: { unit: random.unit, bytes: random.bytes },
    subscriptions: subscriptionStore(access),
    deliveries: deliveryStore(access),
    ledgerChecks: ledgerCheckStore(access),
    idempotency: idempotencyStore(access),
    replays: replayStore(access),
    deadLetters: deadLetterStore(access),
    stats: statsStore(access),
    rateLimits: rateLimitStore(access, world.clocks),
    apiKeys: {
      create: () => notSimulated('apiKeys.create'),
      get: () => notSimulated('apiKeys.get'),
      list: () => notSimulated('apiKeys.list'),
      remove: () => notSimulated('apiKeys.remove'),
    },
    queue: deliveryQueue(
      { kernel, queue, watch: watchOf(invariants, process), clocks: world.clocks },
      process,
    ),
    bus: eventBus(access, world.bus),
    sender: sender({ kernel, endpoints, wanting, watch: invariants, onPost }, process),
    log: {
      info: (name, fields) => {
        logged(world, `${process.name} ${name}`, JSON.stringify(fields));
      },
      error: (name, fields, cause) => {
        logged(world, `${process.name} ${name}`, `${JSON.stringify(fields)} ${String(cause)}`);
      },
    },
  };
  const context = createContext(ports, settings, targets);
  return { ...context, attemptWindows: new Map(world.attemptWindows) };
}

/** What the check of the ledger sends was sent before. */
function watchOf(invariants: Invariants, { name }: Process): QueueWatch {
  return name === checkProcess ? { ...invariants, sent: invariants.sentAgain } : invariants;
}

/** What every secret and every payload of the simulation holds. */
const kept = ['whsec_', '{"a":', '{"number":'].flatMap((text) => [text, JSON.stringify(text)]);

/** Beside the handler, which would catch a violation that is thrown at it. */
function logged({ kernel, spawn }: World, name: string, text: string): void {
  kernel.note(() => `  ${name} ${text}`);
  const told = kept.find((part) => text.includes(part));
  if (told === undefined) return;
  spawn(Promise.reject(new Violation('I12', `${name} tells ${told}: ${text}`)));
}

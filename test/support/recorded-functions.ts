// The functions over the AWS driver on in-process emulators, with a note of every right that each of them used:
// `dynamodb:Query table`, `dynamodb:Query index/held`, `sqs:SendMessage queue`, `events:PutEvents bus`.
import type { RouteId } from '../../lambdas/contract/routes.ts';
import { routes } from '../../lambdas/contract/routes.ts';
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import type { SendResult } from '../../lambdas/core/send-result.ts';
import { systemPorts } from '../../lambdas/adapters/system.ts';
import { apiHandlers } from '../../lambdas/edge/api-handlers.ts';
import { createContext, targetPolicyOf } from '../../lambdas/edge/context.ts';
import { createDeadLetterHandler } from '../../lambdas/edge/dead-letter-queue.ts';
import { createHttpHandler } from '../../lambdas/edge/http.ts';
import { publishHandlers } from '../../lambdas/edge/publish-handlers.ts';
import { hourMs, hourOf, noStatuses } from '../../lambdas/core/stats.ts';
import { createLedgerCheck } from '../../lambdas/edge/ledger-check.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue.ts';
import { openDynalite, openFauxqs, portsOf, silentLog } from './aws-driver.ts';
import { openFakeAws } from './fake-aws.ts';
import { anAttemptMessage } from './factories.ts';
import { gatewayEvent } from './gateway-events.ts';
import { sqsRecord } from './sqs-record.ts';

export type FunctionName = 'api' | 'publish' | 'deliver' | 'dead-letter' | 'check-ledger';

type Call = { id?: string; query?: string; headers?: Record<string, string>; body?: unknown };

type Input = { IndexName?: string; Entries?: { MessageBody: string }[] };

type Middleware = { add(layer: unknown, options: { step: 'initialize' }): void };

export async function createRecordedFunctions(send: () => SendResult) {
  const [dynalite, fauxqs, bus] = await Promise.all([
    openDynalite(),
    openFauxqs(),
    openFakeAws(() => ({ json: { FailedEntryCount: 0 } })),
  ]);
  const clients = {
    ...dynalite.clients,
    sqs: fauxqs.clients.sqs,
    eventBridge: bus.clients.eventBridge,
  };
  const settings = { ...fauxqs.settings, TABLE_NAME: dynalite.settings.TABLE_NAME };
  const service = parseSettings(serviceSettings, { API_AUTH: 'off', SUBSCRIPTION_MEMO_MS: '0' });

  const used = new Map<FunctionName, Set<string>>();
  const sent: string[] = [];
  let running: FunctionName | null = null;
  const note =
    (next: (args: unknown) => unknown, { commandName }: { commandName: string }) =>
    (args: { input: Input }) => {
      if (running !== null) used.get(running)?.add(rightOf(commandName, args.input.IndexName));
      if (commandName.startsWith('SendMessage')) {
        sent.push(...(args.input.Entries ?? []).map(({ MessageBody }) => MessageBody));
      }
      return next(args);
    };
  for (const client of Object.values(clients)) {
    (client.middlewareStack as unknown as Middleware).add(note, { step: 'initialize' });
  }

  const contextFor = () => {
    const world = { ...systemPorts, log: silentLog, sender: { send: async () => send() } };
    const ports = portsOf({ clients, settings }, systemPorts.clock);
    return createContext({ ...world, ...ports }, service, targetPolicyOf(service));
  };
  const api = createHttpHandler(apiHandlers, contextFor());
  const publish = createHttpHandler(publishHandlers, contextFor());
  const deliver = createDeliverHandler(contextFor());
  const deadLetter = createDeadLetterHandler(contextFor());

  async function as<Result>(name: FunctionName, work: () => Promise<Result>): Promise<Result> {
    if (!used.has(name)) used.set(name, new Set());
    running = name;
    return work().finally(() => {
      running = null;
    });
  }

  async function call(id: RouteId, input: Call = {}) {
    const route = routes[id];
    const name = route.function;
    const path = route.path.replace('{id}', input.id ?? '');
    const event = gatewayEvent('http', {
      method: route.method,
      path: input.query === undefined ? path : `${path}?${input.query}`,
      headers: { 'content-type': 'application/json', ...input.headers },
      body: input.body === undefined ? undefined : JSON.stringify(input.body),
    });
    const answer = await as(name, () => ({ api, publish })[name](event));
    if (answer.statusCode >= 300) throw new Error(`${id}: ${answer.body}`);
    return JSON.parse(answer.body);
  }

  /** Gives the deliver function all that was sent since, as if its time had come. */
  async function work(): Promise<void> {
    const Records = sent.splice(0).map((body, index) => {
      const text = JSON.stringify({ ...JSON.parse(body), dueAt: 0 });
      return sqsRecord({ messageId: String(index), body: text });
    });
    await as('deliver', () => deliver({ Records }));
  }

  /** Gives the deliver function poison, and the dead-letter function what the queue gave up. */
  async function bury(): Promise<void> {
    await as('deliver', () => deliver({ Records: [sqsRecord({ messageId: 'poison' })] }));
    const body = JSON.stringify(anAttemptMessage({ dueAt: 0 }));
    await as('dead-letter', () =>
      deadLetter({ Records: [sqsRecord({ messageId: 'dead', body })] }),
    );
  }

  /** Checks the hour that runs, whose counters are made wrong first. */
  async function check(): Promise<void> {
    const context = contextFor();
    const { clock, stats } = context;
    const hour = hourOf(clock.now());
    const byStatus = { ...noStatuses, delivered: 1 };
    await stats.correct('default', null, { hour, byStatus });
    const later = { ...context, clock: { ...clock, now: () => clock.now() + hourMs } };
    await as('check-ledger', () => createLedgerCheck(later)({}));
  }

  async function close(): Promise<void> {
    await Promise.all([dynalite.close(), fauxqs.close(), bus.close()]);
  }

  return { used, call, work, bury, check, close };
}

function rightOf(commandName: string, indexName: string | undefined): string {
  const verb = commandName.replace(/Command$/, '');
  if (verb === 'SendMessageBatch') return 'sqs:SendMessage queue';
  if (verb === 'PutEvents') return 'events:PutEvents bus';
  if (verb === 'CreateSchedule') return 'scheduler:CreateSchedule group';
  return `dynamodb:${verb} ${indexName === undefined ? 'table' : `index/${indexName}`}`;
}

// The functions over the AWS driver on in-process emulators, with a note of every call of AWS that each of them makes and
// of the partition keys in it. `losesAnswers` does every write twice, as the SDK does after an answer that was lost: what is
// written on a condition is then looked up.
import type { RouteId } from '../../lambdas/contract/http/routes.ts';
import { routes } from '../../lambdas/contract/http/routes.ts';
import { parseSettings, serviceSettings } from '../../lambdas/contract/settings.ts';
import type { SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import { systemPorts } from '../../lambdas/adapters/system.ts';
import { apiHandlers } from '../../lambdas/edge/handlers/api.ts';
import { createContext, targetPolicyOf } from '../../lambdas/edge/context.ts';
import { createDeadLetterHandler } from '../../lambdas/edge/queue/dead-letter-queue.ts';
import { createHttpHandler } from '../../lambdas/edge/http/http.ts';
import { publishHandlers } from '../../lambdas/edge/handlers/publish.ts';
import { detailLifetimeMs } from '../../lambdas/core/deliveries/retention.ts';
import { hourMs, hourOf, noStatuses } from '../../lambdas/core/ledger/stats.ts';
import { createLedgerCheck } from '../../lambdas/edge/queue/ledger-check.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import { createApiKey } from '../../lambdas/operations/access/create-api-key.ts';
import { openDynalite, openFauxqs, portsOf, silentLog } from './aws-driver.ts';
import { openFakeAws } from './fake-aws.ts';
import { anAttemptMessage, retentionMs } from './factories.ts';
import { gatewayEvent } from './gateway-events.ts';
import { sqsRecord } from './sqs-record.ts';

export type FunctionName = 'api' | 'publish' | 'deliver' | 'dead-letter' | 'check-ledger';

type Call = { id?: string; query?: string; headers?: Record<string, string>; body?: unknown };

export type RecordedCall = {
  /** As IAM names it: `dynamodb:Query`. */
  action: string;
  /** `table`, `index/held`, `queue`, `group` or `bus`. */
  resource: string;
  /** Partition keys, of the table or of the index. */
  leadingKeys: readonly string[];
};

type Keyed = { pk: string };

type Input = {
  IndexName?: string;
  Entries?: { MessageBody: string }[];
  Key?: Keyed;
  Item?: Keyed;
  ExpressionAttributeValues?: Record<string, string>;
  RequestItems?: Record<string, { Keys: Keyed[] }>;
};

type Step = (args: unknown) => Promise<unknown>;

type Middleware = { add(layer: unknown, options: { step: 'initialize' }): void };

type World = { send: () => SendResult; losesAnswers: boolean };

export async function createRecordedFunctions({ send, losesAnswers }: World) {
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
  // A quota so small that no process may accept an event without asking.
  const service = parseSettings(serviceSettings, {
    SUBSCRIPTION_MEMO_MS: '0',
    INGEST_EVENTS_PER_SECOND: '4',
  });

  const calls = new Map<FunctionName, RecordedCall[]>();
  const sent: string[] = [];
  let running: FunctionName | null = null;
  const note =
    (next: Step, { commandName }: { commandName: string }) =>
    async (args: { input: Input }) => {
      if (running !== null) calls.get(running)?.push(callOf(commandName, args.input));
      if (commandName.startsWith('SendMessage')) {
        sent.push(...(args.input.Entries ?? []).map(({ MessageBody }) => MessageBody));
      }
      const answer = await next(args);
      const isWrite = /^(Put|Update|Delete)Item/.test(commandName);
      return losesAnswers && isWrite && running !== null ? again(next, args) : answer;
    };
  for (const client of Object.values(clients)) {
    (client.middlewareStack as unknown as Middleware).add(note, { step: 'initialize' });
  }

  const contextFor = (clock = systemPorts.clock) => {
    const world = { ...systemPorts, clock, log: silentLog, sender: { send: async () => send() } };
    const ports = portsOf({ clients, settings }, clock);
    return createContext({ ...world, ...ports }, service, targetPolicyOf(service));
  };
  const about = { name: null, scopes: ['admin' as const] };
  const { text: key } = await createApiKey(contextFor(), 'default', about);
  const authorization = `Bearer ${key}`;
  const api = createHttpHandler(apiHandlers, contextFor());
  const publish = createHttpHandler(publishHandlers, contextFor());
  const deliver = createDeliverHandler(contextFor());
  const deadLetter = createDeadLetterHandler(contextFor());

  async function as<Result>(name: FunctionName, work: () => Promise<Result>): Promise<Result> {
    if (!calls.has(name)) calls.set(name, []);
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
      headers: { 'content-type': 'application/json', authorization, ...input.headers },
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
    // What is still open after half of its details' life has them kept for longer.
    // The hour has been over for long enough, whatever minute of it this is.
    for (const afterMs of [1.25 * hourMs, detailLifetimeMs(retentionMs) / 2 + 2 * hourMs]) {
      const later = contextFor({ ...clock, now: () => clock.now() + afterMs });
      await as('check-ledger', () => createLedgerCheck(later)({}));
    }
  }

  async function close(): Promise<void> {
    await Promise.all([dynalite.close(), fauxqs.close(), bus.close()]);
  }

  return { calls, call, work, bury, check, close };
}

/** The SDK says of a refusal at which of its tries it came. */
async function again(next: Step, args: unknown): Promise<unknown> {
  try {
    return await next(args);
  } catch (error) {
    Object.assign((error as { $metadata: object }).$metadata, { attempts: 2 });
    throw error;
  }
}

function callOf(commandName: string, input: Input): RecordedCall {
  const verb = commandName.replace(/Command$/, '');
  const leadingKeys: string[] = [];
  if (verb === 'SendMessageBatch')
    return { action: 'sqs:SendMessage', resource: 'queue', leadingKeys };
  if (verb === 'PutEvents') return { action: 'events:PutEvents', resource: 'bus', leadingKeys };
  if (verb === 'CreateSchedule') {
    return { action: 'scheduler:CreateSchedule', resource: 'group', leadingKeys };
  }
  const { IndexName, Key, Item, ExpressionAttributeValues, RequestItems } = input;
  const keyed = Object.values(RequestItems ?? {}).flatMap(({ Keys }) => Keys);
  if (verb === 'Query') leadingKeys.push(ExpressionAttributeValues![':partition']!);
  else leadingKeys.push(...[Key ?? Item ?? [], keyed].flat().map(({ pk }) => pk));
  const resource = IndexName === undefined ? 'table' : `index/${IndexName}`;
  return { action: `dynamodb:${verb}`, resource, leadingKeys };
}

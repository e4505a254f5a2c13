// Assembles the local server: the port, the data, the same handlers as on AWS, and the poller for
// one of them.
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { httpSender } from '../../lambdas/adapters/http/http-sender.ts';
import { presenceOf } from '../../lambdas/adapters/sqlite/file/data-file.ts';
import {
  DataDirectoryInUseError,
  DataDirectoryUnusableError,
  lockDataDirectory,
  openDatabase,
  usable,
} from '../../lambdas/adapters/sqlite/file/database.ts';
import { takeOwnership } from '../../lambdas/adapters/sqlite/file/ownership.ts';
import { openSqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import type { SqlitePorts } from '../../lambdas/adapters/sqlite/ports.ts';
import { systemPorts } from '../../lambdas/adapters/system.ts';
import type { LocalSettings } from '../../lambdas/contract/settings.ts';
import { apiHandlers } from '../../lambdas/edge/handlers/api.ts';
import { createContext, targetPolicyOf } from '../../lambdas/edge/context.ts';
import { createHttpHandler } from '../../lambdas/edge/http/http.ts';
import { hourMs } from '../../lambdas/core/ledger/stats.ts';
import { createLog } from '../../lambdas/edge/log.ts';
import { publishHandlers } from '../../lambdas/edge/handlers/publish.ts';
import { createLedgerCheck } from '../../lambdas/edge/queue/ledger-check.ts';
import { createDeliverHandler } from '../../lambdas/edge/queue/queue.ts';
import type { Context } from '../../lambdas/operations/context.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { authorize, identify } from '../../lambdas/edge/http/authentication.ts';
import { createRecentFailures } from './recent-failures.ts';
import { settled } from './settled-settings.ts';
import { createClockWatch } from './clock-watch.ts';
import { createConsoleServer } from './console-http.ts';
import type { ConsoleServer } from './console-http.ts';
import { descriptorsMax, sharesOf } from './descriptors.ts';
import { createGateway, flat } from './gateway.ts';
import { healthOf } from './health.ts';
import { createHttpServer } from './http-server.ts';
import type { HttpServer } from './http-server.ts';
import { createInbox } from './inbox.ts';
import { createInboxServer } from './inbox-http.ts';
import { startLedgerChecking } from './ledger-checking.ts';
import { listen } from './listen.ts';
import { isLoopbackHost } from './loopback.ts';
import { createPoller } from './poller.ts';
import { startSweeping } from './sweeping.ts';
import { watched } from './watched-sender.ts';

export type LocalServer = {
  url: string;
  /** Null if the data is in memory. */
  dataDirectory: string | null;
  apiAuth: 'on' | 'off';
  /**
   * Stops accepting, finishes work in progress, and closes the data; gives up waiting after
   * `timeoutMs`.
   */
  stop(timeoutMs: number): Promise<void>;
};

const inMemory = ':memory:';

/**
 * @param onTaken called when another process has taken over the data: nothing can be written any
 * more
 */
export async function startLocalServer(
  given: LocalSettings,
  onTaken: (why: DataDirectoryInUseError) => void = () => {},
): Promise<LocalServer> {
  const settings = settled(given);
  const policy = targetPolicyOf(settings);
  const shares = sharesOf(descriptorsMax());
  const http = createHttpServer(shares.inbound);
  const { server } = http;
  // The port first: a second start then reports the most likely mistake.
  const port = await listen(server, { host: settings.HOST, port: settings.PORT });
  const dataDirectory = settings.DATA_DIR === inMemory ? inMemory : resolve(settings.DATA_DIR);
  try {
    const data = openData(dataDirectory, settings.RETENTION_HOURS * hourMs, () => {
      onTaken(new DataDirectoryInUseError(dataDirectory));
    });
    const bounds = { ...limits, socketsMax: shares.outbound };
    const sender = httpSender({ policy, bounds, hostsFile: '/etc/hosts' });
    const log = createLog(systemPorts.clock);
    const ports = { ...systemPorts, ...data.stores, log, sender: watched(sender) };
    const console = await createConsoleServer();
    const context = createContext(ports, settings, policy);
    const hasInbox = isLoopbackHost(settings.HOST);
    const stopWork = await work({ http, console, hasInbox }, data.stores, context);
    return {
      url: urlOf(settings.HOST, port),
      dataDirectory: dataDirectory === inMemory ? null : dataDirectory,
      apiAuth: settings.API_AUTH,
      async stop(timeoutMs) {
        await Promise.race([stopWork(), wait(timeoutMs)]);
        server.closeAllConnections();
        sender.close();
        data.close();
      },
    };
  } catch (error) {
    server.close();
    // Otherwise early callers would keep the process alive.
    server.closeAllConnections();
    throw ofData(error, dataDirectory);
  }
}

/** Any SQLite error during startup is about the data. */
function ofData(error: unknown, dataDirectory: string): unknown {
  const isOfSqlite = error instanceof Error && 'errcode' in error;
  return isOfSqlite ? new DataDirectoryUnusableError(dataDirectory, error.message, error) : error;
}

function openData(
  dataDirectory: string,
  retentionMs: number,
  onTaken: () => void,
): { stores: SqlitePorts; close(): void } {
  const lock = lockDataDirectory(dataDirectory);
  const database = openDatabase(dataDirectory);
  const guards = usable(dataDirectory, () => ({
    ...takeOwnership(database),
    ...(dataDirectory !== inMemory && { isPresent: presenceOf(dataDirectory) }),
    onTaken,
  }));
  const stores = openSqlitePorts({ database, clock: systemPorts.clock, retentionMs, guards });
  return {
    stores,
    close() {
      stores.close();
      lock.release();
    },
  };
}

type Front = { http: HttpServer; console: ConsoleServer; hasInbox: boolean };

/** Starts all background work; returns how to stop it. */
async function work(
  front: Front,
  stores: SqlitePorts,
  context: Context,
): Promise<() => Promise<unknown>> {
  const { receiver, queue, sweeper } = stores;
  const { log } = context;
  const clock = createClockWatch(context);
  // Messages that a killed process still held are freed immediately.
  await receiver.freeLeases();
  await receiver.clockJumped(0, clock.now());
  const poller = createPoller({
    queue,
    receiver,
    deliver: createDeliverHandler(context),
    clock,
    log,
  });
  const sweeping = startSweeping(sweeper, clock, log);
  const checking = startLedgerChecking(createLedgerCheck(context), log);
  openDoors(front, stores, context);
  poller.start();
  clock.start();
  const { server } = front.http;
  return () => {
    clock.stop();
    sweeping.stop();
    checking.stop();
    const closed = new Promise((done) => server.close(done));
    front.http.drain();
    return Promise.all([closed, poller.stop()]);
  };
}

function openDoors(front: Front, stores: SqlitePorts, context: Context): void {
  const { http, console, hasInbox } = front;
  const { rules, log, subscriptions } = context;
  const isOpenToAll = rules.apiAuth === 'off';
  const failures = createRecentFailures();
  const gateway = createGateway(
    {
      api: createHttpHandler({ ...apiHandlers, getHealth: healthOf(stores, failures) }, context),
      publish: createHttpHandler(publishHandlers, context),
    },
    { bodyBytesMax: rules.bodyBytesMax, isOpenToAll, failures },
  );
  const inbox = hasInbox
    ? createInboxServer(createInbox(), {
        subscriptions,
        authorize: async ({ headers, socket }, access) => {
          const sourceAddress = socket.remoteAddress ?? '';
          authorize(await identify(context, { headers: flat(headers), sourceAddress }), access);
        },
      })
    : null;
  http.open({ gateway, inbox, console, isOpenToAll, log });
}

/** Its address from this machine. */
function urlOf(host: string, port: number): string {
  const anyAddress = host === '0.0.0.0' || host === '::';
  const name = anyAddress ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

// What a file of the suite works on: a service with its console and its API, and a receiver that it delivers to. The
// service is a local server of the file's own, or a deployment.
import { apiOf } from '../../support/api.ts';
import type { Api } from '../../support/api.ts';
import { startLocalServer, temporaryDirectory } from '../../support/local-server.ts';
import type { LocalServer, StartOptions } from '../../support/local-server.ts';
import { makeKey } from '../../support/operator-key.ts';
import { startReceiver } from '../../support/receiver.ts';
import type { Receiver } from '../../support/receiver.ts';
import { targetSettings } from '../../support/target.ts';

export type Deployed = {
  apiUrl: string;
  /** Ends with a slash. Another one than the API's where only the browser finds the host. */
  consoleUrl: string;
  key: string | null;
  receiverHost: string;
};

/** What can be done to a local server, with everything it keeps left as it is. */
export type Service = {
  /** It takes connections, and answers nothing until it goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
  /** At the same address; nothing where it runs. */
  start(): Promise<void>;
};

export type Stand = {
  api: Api;
  consoleUrl: string;
  /** An admin key; null where the API wants none. */
  key: string | null;
  receiver: Receiver;
  /** Null for a deployment. */
  service: Service | null;
  close(): Promise<void>;
};

type Environment = Readonly<Record<string, string>>;

export async function standOn({ apiUrl, consoleUrl, key, receiverHost }: Deployed): Promise<Stand> {
  const receiver = await startReceiver({ host: receiverHost });
  return {
    api: apiAt(apiUrl, key),
    consoleUrl,
    key,
    receiver,
    service: null,
    close: () => receiver.close(),
  };
}

/** The first retry comes soon. With `API_AUTH=on` an operator has made the first key. */
export async function localStand(
  environment: Environment = {},
  options: StartOptions = {},
): Promise<Stand> {
  const data = await temporaryDirectory();
  const key = environment['API_AUTH'] === 'on' ? await makeKey(data.path, 'admin') : null;
  const settings = { RETRY_SCHEDULE: '1,2', SUBSCRIPTION_MEMO_MS: '0', ...environment };
  const server = await startService({ DATA_DIR: data.path, ...settings }, options);
  const receiver = await startReceiver();
  return {
    api: apiAt(server.url, key),
    consoleUrl: `${server.url}/`,
    key,
    receiver,
    service: server,
    async close() {
      await server.stop('SIGKILL');
      await receiver.close();
      await data.remove();
    },
  };
}

async function startService(settings: Environment, options: StartOptions) {
  let server: LocalServer | null = await startLocalServer(settings, options);
  const { url } = server;
  const signal = (name: NodeJS.Signals) => {
    if (server !== null) process.kill(server.pid, name);
  };
  return {
    url,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async stop(name?: NodeJS.Signals) {
      await server?.stop(name);
      server = null;
    },
    async start() {
      server ??= await startLocalServer({ ...settings, PORT: new URL(url).port }, options);
    },
  };
}

function apiAt(url: string, key: string | null): Api {
  return apiOf(
    targetSettings.parse({ BASE_URL: url, ADMIN_KEY: key ?? undefined, SUBSCRIPTION_MEMO_MS: 0 }),
  );
}

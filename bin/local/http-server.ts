// The HTTP server: checks each request, then hands it to the console, the inbox or the gateway.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { ProblemCode } from '../../lambdas/contract/http/problems.ts';
import type { Log } from '../../lambdas/core/ports.ts';
import { ServiceError } from '../../lambdas/core/shared/service-error.ts';
import { endWithProblem, sendProblem } from './answer.ts';
import type { ConsoleServer } from './console-http.ts';
import { createDraining } from './draining.ts';
import type { Draining } from './draining.ts';
import type { Gateway } from './gateway.ts';
import type { InboxServer } from './inbox-http.ts';
import { isFromElsewhere } from './loopback.ts';
import { requestTargetOf } from './request-target.ts';

export type Doors = {
  gateway: Gateway;
  /** Null if other machines may call. */
  inbox: InboxServer | null;
  console: ConsoleServer;
  isOpenToAll: boolean;
  log: Log;
};

export type HttpServer = {
  server: Server;
  open: (doors: Doors) => void;
  /** From now on each response closes its connection, and soon nothing new starts. */
  drain: () => void;
};

/** The port is bound before the data is opened: requests that arrive until then wait. */
export function createHttpServer(connectionsMax: number): HttpServer {
  const server = createServer({
    requestTimeout: 60_000,
    // A silent connection is closed as soon.
    headersTimeout: 10_000,
    connectionsCheckingInterval: 5_000,
  });
  server.maxConnections = connectionsMax;
  const draining = createDraining(server);
  const { promise: opened, resolve: open } = Promise.withResolvers<Doors>();
  server.on('request', (request, response) => {
    draining.began(response);
    void opened.then((doors) => serve(doors, draining, { request, response }));
  });
  server.on('checkExpectation', (_request, response) => {
    sendProblem(
      response,
      'expectation-failed',
      'The server supports no expectation but 100-continue',
    );
  });
  // Input that Node cannot parse never becomes a request, but still gets a problem response.
  server.on('clientError', (error: ClientError, socket) => {
    if (!socket.writable) return void socket.destroy();
    const [code, detail] = problemOf(error);
    endWithProblem(socket, code, detail);
  });
  return { server, open, drain: () => draining.start() };
}

/** For a path with its query. RFC 9110, 4.1 recommends at least 8,000. */
const targetLengthMax = 8_192;

/** `rawPacket`: what Node was reading. */
type ClientError = NodeJS.ErrnoException & { rawPacket?: Buffer };
type Told = readonly [ProblemCode, string];

const notHttp: Told = ['invalid-request', 'The request is not HTTP'];
const tooLongUrl: Told = [
  'uri-too-long',
  `A path with its query has at most ${targetLengthMax} characters`,
];
const problems: Readonly<Record<string, Told>> = {
  HPE_HEADER_OVERFLOW: ['headers-too-large', 'The URL and the headers have more than 16 KB'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request-timeout', 'The request did not arrive in time'],
};

function isTooLong({ url = '' }: IncomingMessage): boolean {
  return url.length > targetLengthMax;
}

/** Node limits the URL and the headers together. */
function problemOf({ code = '', rawPacket }: ClientError): Told {
  const [line = ''] = rawPacket?.toString('latin1').split('\n') ?? [];
  const isUrl = /^[A-Z]+ /.test(line) && line.length > targetLengthMax;
  if (code === 'HPE_HEADER_OVERFLOW' && isUrl) return tooLongUrl;
  return problems[code] ?? notHttp;
}

type Exchange = { request: IncomingMessage; response: ServerResponse };

async function serve(doors: Doors, draining: Draining, exchange: Exchange): Promise<void> {
  const { request, response } = exchange;
  try {
    if (draining.isOver()) {
      return sendProblem(response, 'unavailable', 'The server is shutting down; retry');
    }
    await answer(doors, exchange);
  } catch (error) {
    if (response.headersSent) return void response.destroy();
    if (error instanceof ServiceError) return sendProblem(response, error.code, error.message);
    // The client went away, or this is a bug; either way nothing more can be reported.
    if (!request.destroyed) doors.log.error('request.failed', {}, error);
    sendProblem(response, 'internal', 'The service failed; retry');
  }
}

async function answer(doors: Doors, { request, response }: Exchange): Promise<void> {
  const { gateway, inbox, console, isOpenToAll } = doors;
  if (isTooLong(request)) return sendProblem(response, ...tooLongUrl);
  const target = requestTargetOf(request);
  if (target === null) {
    return sendProblem(
      response,
      'invalid-request',
      'Exactly one Host header and a valid path are required',
    );
  }
  request.url = target;
  const [path = ''] = target.split('?');
  const isForInbox = inbox?.serves(path) === true;
  if ((isOpenToAll || isForInbox) && isFromElsewhere(request)) {
    const detail =
      'Only programs and pages on this machine may call: use the address that the server printed, or API keys (API_AUTH=on)';
    return sendProblem(response, 'forbidden', detail);
  }
  if (console.serves(request.method, path)) return console.answer(request, response);
  return isForInbox ? inbox.answer(request, response) : gateway(request, response);
}

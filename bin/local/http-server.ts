// The HTTP server: guards the door, then hands each request to the console, the inbox or the gateway.
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Log } from '../../lambdas/core/ports.ts';
import { sendProblem } from './answer.ts';
import type { ConsoleServer } from './console-http.ts';
import type { Gateway } from './gateway.ts';
import type { InboxServer } from './inbox-http.ts';
import { isFromElsewhere } from './loopback.ts';

export type Doors = {
  gateway: Gateway;
  inbox: InboxServer;
  console: ConsoleServer;
  isOpenToAll: boolean;
  log: Log;
};

export type HttpServer = { server: Server; open: (doors: Doors) => void };

/** The port is taken before the data is opened: requests that come until then wait for the doors. */
export function createHttpServer(): HttpServer {
  const server = createServer({ requestTimeout: 60_000 });
  const { promise: opened, resolve: open } = Promise.withResolvers<Doors>();
  server.on('request', (request, response) => {
    void opened.then((doors) => serve(doors, request, response));
  });
  // What Node cannot parse never becomes a request; it gets JSON all the same.
  server.on('clientError', (_error, socket) => {
    if (!socket.writable) return void socket.destroy();
    const body = JSON.stringify({ error: 'The request is not HTTP', code: 'invalid-request' });
    socket.end(
      `HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nConnection: close\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
  return { server, open };
}

async function serve(
  doors: Doors,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    await answer(doors, request, response);
  } catch (error) {
    // The client went away, or this is a bug; either way nobody can be told more.
    if (!request.destroyed) doors.log.error('request.failed', {}, error);
    if (response.headersSent) response.destroy();
    else sendProblem(response, 'internal', 'The service failed; try again');
  }
}

async function answer(
  { gateway, inbox, console, isOpenToAll }: Doors,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (isOpenToAll && isFromElsewhere(request)) {
    const detail =
      'API keys are off, so only programs and pages of this machine may call: use the address that the server printed, or API_AUTH=on';
    return sendProblem(response, 'forbidden', detail);
  }
  const [path = ''] = (request.url ?? '').split('?');
  if (console.serves(request.method, path)) return console.answer(request, response);
  return inbox.serves(path) ? inbox.answer(request, response) : gateway(request, response);
}

// A server that sees and writes bytes, not HTTP: it can break every rule.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { onTestFinished } from 'vitest';

export type RawServer = {
  port: number;
  server: Server;
  /** All connections so far, open or not. */
  sockets: Socket[];
  /** Whole requests received, as text. */
  requests: string[];
  /** Destroys every connection too. */
  close(): Promise<void>;
};

export type RawBehaviour = {
  /** Called once per connection, before anything was received. */
  onConnection?: (socket: Socket) => void;
  /** Called when a whole request has come; `count` is 1 for the first one on all connections. */
  onRequest?: (socket: Socket, count: number) => void;
  tls?: TlsOptions | undefined;
  host?: string;
};

const tcpOf = new WeakMap<Socket, Socket>();

/** A reset instead of an orderly end, below TLS too. */
export function reset(socket: Socket): void {
  (tcpOf.get(socket) ?? socket).resetAndDestroy();
}

/** Resolves when the connection is gone, for whatever reason. */
export function closed(socket: Socket): Promise<void> {
  socket.resume();
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    socket.once('close', () => resolve());
  });
}

/** For one test, which ends it. */
export async function rawServer(behaviour: RawBehaviour): Promise<RawServer> {
  const raw = await startRawServer(behaviour);
  onTestFinished(() => raw.close());
  return raw;
}

export async function startRawServer(behaviour: RawBehaviour): Promise<RawServer> {
  const { onConnection, onRequest, tls, host = '127.0.0.1' } = behaviour;
  const sockets: Socket[] = [];
  const open = new Set<Socket>(); // Of TCP, below TLS.
  const requests: string[] = [];
  const onSocket = (socket: Socket): void => {
    let received = '';
    sockets.push(socket);
    for (const tcp of open) if (tcp.remotePort === socket.remotePort) tcpOf.set(socket, tcp);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let length = requestLength(received); length > 0; length = requestLength(received)) {
        requests.push(received.slice(0, length));
        received = received.slice(length);
        onRequest?.(socket, requests.length);
      }
    });
    onConnection?.(socket);
  };
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => open.delete(socket));
  };
  const server = tls ? createTlsServer(tls, onSocket) : createServer(onSocket);
  server.prependListener('connection', track);
  server.listen(0, host);
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    server.close();
    await once(server, 'close');
  };
  return { port: (server.address() as AddressInfo).port, server, sockets, requests, close };
}

/** Zero until the text holds the headers and as much body as they announce. */
function requestLength(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const length = headEnd + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0);
  return text.length >= length ? length : 0;
}

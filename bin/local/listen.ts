// Listening on a port, with a sentence for what can go wrong.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class ListenError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'ListenError';
  }
}

/** Resolves with the port, which the system chose when it was 0. */
export function listen(
  server: Server,
  { host, port }: { host: string; port: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new ListenError(`${sentenceFor(error.code ?? error.message, { host, port })}.`));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function sentenceFor(code: string, { host, port }: { host: string; port: number }): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use: stop what listens there, or set PORT to another one`;
    case 'EACCES':
      return `Port ${port} on ${host} is not allowed to this user: set PORT to one above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is no address of this machine`;
    default:
      return `The server cannot listen on ${host}, port ${port}: ${code}`;
  }
}

// Listens on a port, with a sentence for anything that can go wrong.
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class ListenError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'ListenError';
  }
}

/** Resolves with the port, chosen by the system if it was 0. */
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
      return `Port ${port} on ${host} is in use: stop the other process, or set a different PORT`;
    case 'EACCES':
      return `Port ${port} on ${host} is not permitted for this user: set PORT above 1023`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is not an address of this machine`;
    default:
      return `The server cannot listen on ${host}, port ${port}: ${code}`;
  }
}

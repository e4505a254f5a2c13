// Drains the HTTP server. Callers keep connections alive for as long as the server allows: from the
// signal on, each response closes its connection, and a second later nothing new starts.
import type { Server, ServerResponse } from 'node:http';

const graceMs = 1_000;

export type Draining = {
  began(response: ServerResponse): void;
  start(): void;
  /** True if new requests are refused. */
  isOver(): boolean;
};

export function createDraining(server: Server): Draining {
  const open = new Set<ServerResponse>();
  let since: number | null = null;

  function endAfter(response: ServerResponse): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
  }

  return {
    began(response) {
      open.add(response);
      response.on('close', () => open.delete(response));
      if (since !== null) endAfter(response);
    },
    start() {
      since = performance.now();
      for (const response of open) endAfter(response);
      server.closeIdleConnections();
    },
    isOver: () => since !== null && performance.now() - since > graceMs,
  };
}

// The end of the HTTP server. Callers keep their connections alive and would go on for as long as the server lets them:
// from the signal on each answer ends its connection, and a second later nothing new is begun.
import type { Server, ServerResponse } from 'node:http';

const graceMs = 1_000;

export type Draining = {
  began(response: ServerResponse): void;
  start(): void;
  /** True when what comes is refused. */
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

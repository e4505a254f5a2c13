// A local server takes its port first: who calls before the data is open must be answered too.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createHttpServer } from '../../bin/local/http-server.ts';
import type { Doors } from '../../bin/local/http-server.ts';

const http = createHttpServer(100);

afterEach(() => {
  http.server.close();
  http.server.closeAllConnections();
});

/** A service whose every answer comes from the gateway, with what the request says. */
const doors: Doors = {
  isOpenToAll: false,
  log: { info() {}, error() {} },
  console: { serves: () => false, answer() {} },
  inbox: { serves: () => false, answer: async () => {} },
  async gateway(request, response) {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    response.end(Buffer.concat(parts));
  },
};

test('a request that comes before the doors are open is answered when they are, body and all', async () => {
  http.server.listen(0, '127.0.0.1');
  await once(http.server, 'listening');
  const { port } = http.server.address() as AddressInfo;
  const arrived = once(http.server, 'request');
  const early = fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: 'early' });
  await arrived;
  http.open(doors);
  expect(await (await early).text()).toBe('early');
});

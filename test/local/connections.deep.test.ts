// What strangers may hold open: connections that say nothing, or not all that they began to say.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpServer } from '../../bin/local/http-server.ts';
import { limits } from '../../lambdas/contract/limits/limits.ts';
import { until } from '../support/until.ts';
import { newReceiver, patienceMs, startServer } from './setup.ts';

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function serving(connectionsMax: number) {
  const { server } = createHttpServer(connectionsMax);
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test('as many connections as there may be are kept, and no more', async () => {
  const { server, port } = await serving(2);
  const kept = [await connected(port), await connected(port)];
  const dropped = once(server, 'drop');
  const third = await connected(port);
  await Promise.all([dropped, once(third, 'close')]);
  expect(kept.map(({ destroyed }) => destroyed)).toEqual([false, false]);
});

test('headers that do not end are answered 408 when their time is up', async () => {
  const { server, port } = await serving(2);
  // The server looks every few seconds: what is shortened here is how long it may last, not how it ends.
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 60_000]);
  server.headersTimeout = 100;
  const socket = await connected(port);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.write('POST /api/subscriptions HTTP/1.1\r\nHost: localhost\r\n');
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 408 /);
  expect(head).toContain('content-type: application/problem+json');
  expect(JSON.parse(body)).toMatchObject({ code: 'request-timeout', status: 408 });
}, 15_000);

test('idle connections without end leave what goes out its descriptors', async () => {
  const wrapper = ['sh', '-c', 'ulimit -n 150; exec "$@"', 'sh'];
  const server = await startServer({ DATA_DIR: ':memory:' }, { wrapper });
  const endpoint = (await newReceiver()).endpoint({ status: 500 }, {});
  const { subscription } = await server.api.call('createSubscription', {
    // Later than the connection of the first attempt is kept.
    body: { target_url: endpoint.url, retry_schedule: [limits.socketIdleMs / 1_000 + 1] },
  });
  const { delivery_id: id = '' } = await server.api.call('ingest', {
    id: subscription.id,
    body: {},
  });
  await endpoint.received(1, patienceMs);
  const port = Number(new URL(server.url).port);
  const turnedAway = Promise.withResolvers<void>();
  const idle = new Set<Socket>();
  let isOver = false;
  const release = () => {
    isOver = true;
    for (const socket of idle) socket.destroy();
  };
  onTestFinished(release);
  const hold = () => {
    if (isOver) return;
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    idle.add(socket);
    socket.once('close', () => {
      turnedAway.resolve();
      idle.delete(socket);
      setTimeout(hold, 20);
    });
  };
  for (let n = 0; n < 300; n += 1) hold();
  // That says that all that may be there are.
  await turnedAway.promise;
  await endpoint.received(2, patienceMs);
  release();
  expect(server.output()).not.toContain('attempt.unsent');
  const delivered = async () => {
    // The connection that the client has kept may have made room for another.
    const answer = await server.api.call('getDelivery', { id }).catch(() => null);
    return answer?.delivery.status === 'delivered' ? answer.delivery : undefined;
  };
  expect(await until('it is delivered', delivered, patienceMs)).toMatchObject({ attempt_count: 2 });
}, 30_000);

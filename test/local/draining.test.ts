// SIGTERM while callers go on over connections that they keep alive: what was accepted is there, and soon nothing more is.
import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { startLocalServer } from '../support/local-server.ts';
import { apiFor } from './setup.ts';

test('an end lets nobody go on, cuts no answer and ends in time', async () => {
  const server = await startLocalServer({ DATA_DIR: ':memory:' });
  const api = apiFor(server.url);
  const { subscription } = await api.call('createSubscription', {
    body: { target_url: 'http://127.0.0.1:40000/', status: 'inactive' },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const seen: (number | string)[] = [];
  let isClosed = false;
  const post = () =>
    new Promise<void>((resolve) => {
      const url = `${server.url}/api/ingest/${subscription.id}`;
      const headers = { 'content-type': 'application/json' };
      const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
        seen.push(response.statusCode ?? 0);
        response.on('error', () => seen.push('cut'));
        response.resume().on('end', resolve);
      });
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        isClosed = error.code === 'ECONNREFUSED';
        // A connection that had ended, or a port that is closed: neither was begun.
        if (!['ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(error.code ?? ''))
          seen.push('failed');
        resolve();
      });
      outgoing.end('{}');
    });
  const callers = Array.from({ length: 8 }, async () => {
    while (!isClosed) await post();
  });
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (seen.length > 50) {
        clearInterval(look);
        resolve();
      }
    }, 5);
  });
  const { code } = await server.stop('SIGTERM');
  await Promise.all(callers);
  agent.destroy();
  expect(code).toBe(0);
  expect(new Set(seen)).toEqual(new Set([202]));
});

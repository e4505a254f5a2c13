// What the local server lets in: no web page of elsewhere, no endless upload, nothing that is not HTTP.
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Api } from '../support/api.ts';
import { startLocalServer } from '../support/local-server.ts';
import type { LocalServer } from '../support/local-server.ts';
import { until } from '../support/until.ts';
import { apiFor, patienceMs } from './setup.ts';

let server: LocalServer;
let api: Api;

beforeAll(async () => {
  server = await startLocalServer({ DATA_DIR: ':memory:' });
  api = apiFor(server.url);
});

afterAll(() => server.stop());

test.each(['127.0.0.1', '127.1.2.3', 'localhost', '[::1]', '127.0.0.1:1', 'localhost:5000'])(
  'a Host of this machine is let in: %s',
  async (host) => {
    expect((await api.request('GET', '/api/health', { headers: { host } })).status).toBe(200);
  },
);

test.each(['rebound.example', '127.0.0.1.example', '192.168.0.1', 'localhost.example', '[::2]'])(
  'a Host of elsewhere is not: %s',
  async (host) => {
    for (const path of ['/api/health', '/dev/inbox', '/dev/inbox/demo']) {
      const reply = await api.request('GET', path, { headers: { host } });
      expect(reply).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    }
  },
);

test('a page of elsewhere is not let in, a page of the server is', async () => {
  const body = { target_url: `${server.url}/dev/inbox/a` };
  const { host } = new URL(server.url);
  for (const origin of ['https://evil.example', 'null', `https://${host}`, 'http://127.0.0.1:1']) {
    const reply = await api.ask('createSubscription', { body, headers: { origin } });
    expect(reply.status, origin).toBe(403);
  }
  await api.call('createSubscription', { body, headers: { origin: `http://${host}` } });
});

/** What comes back when these bytes are sent, then `more` for as long as the server reads. */
async function exchange(bytes: string, more?: Buffer): Promise<{ answer: string; sent: number }> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let sent = 0;
  const pump = () => {
    while (more !== undefined && !socket.destroyed) {
      sent += more.length;
      if (!socket.write(more)) return void socket.once('drain', pump);
    }
  };
  socket.on('error', () => {});
  socket.write(bytes);
  pump();
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  await new Promise((resolve) => socket.on('close', resolve));
  return { answer, sent };
}

test('an endless upload is refused with 413 and cut', async () => {
  const head =
    'POST /api/ingest/sub_0000000000000000 HTTP/1.1\r\nHost: localhost\r\n' +
    'Content-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n';
  const { answer, sent } = await exchange(head, Buffer.alloc(65_536, ' '));
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toContain('"code":"payload-too-large"');
  expect(sent).toBeLessThan(100_000_000);
});

test('a client that sends all of a large body before it reads gets its answer', async () => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
  const size = 8 * 1024 * 1024;
  socket.write(
    'POST /api/ingest/sub_0000000000000000 HTTP/1.1\r\nHost: localhost\r\n' +
      `Content-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
  );
  await new Promise<void>((resolve, reject) => {
    socket.write(Buffer.alloc(size, ' '), (error) => (error ? reject(error) : resolve()));
  });
  await until('the answer is there', () => (answer === '' ? undefined : true), patienceMs);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  socket.destroy();
});

test('what is not HTTP gets JSON all the same', async () => {
  const { answer } = await exchange('this is no HTTP\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toHaveProperty('error');
});

test('without keys ingest still wants the signature of a subscription with a secret', async () => {
  const body = { target_url: `${server.url}/dev/inbox/a`, secret: 'a secret' };
  const { subscription } = await api.call('createSubscription', { body });
  const { id } = subscription;
  const refusal = await api.refused('signature-missing', 'ingest', { id, body: {} });
  expect(refusal.error).toBe('Missing signature header');
});

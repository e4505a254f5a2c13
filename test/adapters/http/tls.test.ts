import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { certificateAuthority } from './certificates.ts';
import { closed, rawServer, reset, type RawBehaviour } from './raw-server.ts';
import { aRequest, aSender, timedSend } from './setup.ts';

const day = 24 * 3_600_000;
const timeoutMs = 400;
const toleranceMs = 250;
const authority = certificateAuthority();
const good = authority.issue(['hook.localhost', '127.0.0.1', '::1']);
const answer: RawBehaviour = {
  onRequest: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
};

describe('a certificate', () => {
  test.each(['hook.localhost', '127.0.0.1'])('for the host %s is accepted', async (host) => {
    const { port } = await rawServer({ ...answer, tls: good });
    const result = await aSender({ ca: authority.ca }).send(aRequest(`https://${host}:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200, body: 'ok' });
  });

  test('for an IPv6 address is accepted', async () => {
    const { port } = await rawServer({ ...answer, tls: good, host: '::1' });
    const result = await aSender({ ca: authority.ca }).send(aRequest(`https://[::1]:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
  });

  test('for a name with a last dot is accepted for the name without it', async () => {
    const { port } = await rawServer({ ...answer, tls: good });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost.:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
  });

  test.each([
    [
      'has expired',
      authority.issue(['hook.localhost'], { fromMs: -2 * day, untilMs: -day }),
      'tls_expired',
    ],
    [
      'is not valid yet',
      authority.issue(['hook.localhost'], { fromMs: day, untilMs: 2 * day }),
      'tls_expired',
    ],
    ['is for another name', authority.issue(['other.localhost']), 'tls_hostname'],
    ['is for an address, not the name', authority.issue(['127.0.0.1']), 'tls_hostname'],
    ['is for the domain above', authority.issue(['localhost']), 'tls_hostname'],
    ['is for no name', authority.issue([]), 'tls_hostname'],
    ['is self-signed', authority.selfSigned(['hook.localhost']), 'tls_untrusted'],
    [
      'is from an unknown authority',
      certificateAuthority().issue(['hook.localhost']),
      'tls_untrusted',
    ],
  ])('that %s is refused before a byte of the request', async (_fault, tls, code) => {
    const server = await rawServer({ ...answer, tls });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${server.port}/`));
    expect(result).toMatchObject({ kind: 'error', code });
    expect(server.requests).toEqual([]);
  });

  test('of a test authority is refused unless it is given', async () => {
    const { port } = await rawServer({ ...answer, tls: good });
    const result = await aSender().send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'tls_untrusted' });
  });

  test('is checked whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      const { port } = await rawServer({
        ...answer,
        tls: authority.selfSigned(['hook.localhost']),
      });
      const result = await aSender().send(aRequest(`https://hook.localhost:${port}/`));
      expect(result).toMatchObject({ kind: 'error', code: 'tls_untrusted' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });
});

describe('the handshake', () => {
  test('names the host to the server, but no address', async () => {
    const names: unknown[] = [];
    const onConnection = (socket: Socket): void => {
      names.push('servername' in socket ? socket.servername : undefined);
    };
    const { port } = await rawServer({ ...answer, onConnection, tls: good });
    const sender = aSender({ ca: authority.ca });
    await sender.send(aRequest(`https://hook.localhost:${port}/`));
    await sender.send(aRequest(`https://127.0.0.1:${port}/`));
    expect(names).toEqual(['hook.localhost', false]);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('refuses %s', async (version) => {
    const ciphers = 'DEFAULT@SECLEVEL=0';
    const tls = { ...good, minVersion: version, maxVersion: version, ciphers };
    const { port } = await rawServer({ ...answer, tls });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'tls_failed' });
  });

  test('takes TLS 1.2', async () => {
    const { port } = await rawServer({ ...answer, tls: { ...good, maxVersion: 'TLSv1.2' } });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
  });

  test.each([
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ])('takes %s in TLS 1.2', async (ciphers) => {
    const { port } = await rawServer({
      ...answer,
      tls: { ...good, maxVersion: 'TLSv1.2', ciphers },
    });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'response', statusCode: 200 });
  });

  // The group of DHE is the server's choice, and costs up to a second; the others protect no recorded traffic, or less.
  test.each([
    'DHE-RSA-AES128-GCM-SHA256',
    'DHE-RSA-CHACHA20-POLY1305',
    'AES128-GCM-SHA256',
    'AES256-SHA',
    'ECDHE-RSA-AES128-SHA256',
    'ECDHE-RSA-AES256-SHA',
  ])('refuses %s', async (ciphers) => {
    const tls = { ...good, maxVersion: 'TLSv1.2', ciphers, dhparam: 'auto' } as const;
    const { port } = await rawServer({ ...answer, tls });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'tls_failed' });
  });

  test('is not done again because the server says so', async () => {
    const outcomes: string[] = [];
    const { port } = await rawServer({
      tls: { ...good, maxVersion: 'TLSv1.2' },
      onRequest: (socket) => {
        (socket as TLSSocket).renegotiate({ rejectUnauthorized: false }, (error) => {
          outcomes.push(error === null ? 'done again' : 'refused');
          socket.destroy();
        });
      },
    });
    const sender = aSender({ ca: authority.ca });
    await sender.send(aRequest(`https://hook.localhost:${port}/`, { timeoutMs }));
    expect(outcomes).not.toContain('done again');
  });

  test.each([
    [6, 'response', undefined],
    [40, 'error', 'The server sent more than 12288 bytes in the TLS handshake'],
  ])('with %i certificates more is a %s', async (count, kind, detail) => {
    const cert = good.cert + authority.ca.repeat(count);
    const { port } = await rawServer({ ...answer, tls: { ...good, cert } });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind, ...(detail && { code: 'tls_failed' }) });
    if (result.kind === 'error') expect(result.detail).toContain(detail);
  });

  test.each<[string, RawBehaviour['onConnection'], string]>([
    ['stalls', () => {}, 'tls_timeout'],
    ['meets plain HTTP', (socket) => socket.write('HTTP/1.1 400 Bad\r\n\r\n'), 'tls_failed'],
    ['meets noise', (socket) => socket.write(Buffer.alloc(64, 0xff)), 'tls_failed'],
    ['is cut off', (socket) => socket.end(), 'tls_failed'],
    ['is reset', (socket) => void socket.once('data', () => reset(socket)), 'tls_failed'],
  ])('that %s ends the attempt in time', async (_fault, onConnection, code) => {
    const server = await rawServer({ onConnection: onConnection ?? (() => {}) });
    const request = aRequest(`https://hook.localhost:${server.port}/`, { timeoutMs });
    const { result, lateMs } = await timedSend(aSender({ ca: authority.ca }), request);
    expect(result).toMatchObject({ kind: 'error', code });
    expect(lateMs).toBeLessThan(toleranceMs);
    await Promise.all(server.sockets.map(closed));
    // No fallback to plain HTTP: one connection, and nothing readable on it.
    expect(server.sockets).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  test('ends as tls_failed where the server wants a certificate of ours', async () => {
    const tls = { ...good, requestCert: true, rejectUnauthorized: true, ca: authority.ca };
    const { port } = await rawServer({ ...answer, tls });
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    expect(result).toMatchObject({ kind: 'error', code: 'tls_failed' });
  });

  test('is told apart in the timings', async () => {
    const { port, server } = await rawServer({ ...answer, tls: good });
    const connected = once(server, 'connection');
    const sender = aSender({ ca: authority.ca });
    const result = await sender.send(aRequest(`https://hook.localhost:${port}/`));
    await connected;
    const { dnsMs, connectMs, tlsMs, firstByteMs } = result.timings;
    expect(dnsMs).toBeNull();
    const inOrder = [0, connectMs, tlsMs, firstByteMs, result.durationMs];
    expect(inOrder).toEqual(inOrder.map(() => expect.any(Number) as number));
    expect(inOrder).toEqual(inOrder.toSorted((a, b) => Number(a) - Number(b)));
  });
});

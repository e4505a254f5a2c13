// What a TLS server may make us compute. It is a stranger's, and a handshake runs in the one thread that does everything
// else: so nothing in it has a size that the server may choose.
import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { certificateAuthority } from './certificates.ts';
import { rawServer, type RawBehaviour } from './raw-server.ts';
import { aRequest, aSender } from './setup.ts';

const authority = certificateAuthority();
const good = authority.issue(['hook.localhost']);
const answer: RawBehaviour = {
  onRequest: (socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'),
};

async function sendTo(tls: object) {
  const server = await rawServer({ ...answer, tls: { ...good, ...tls } });
  const sender = aSender({ ca: authority.ca });
  return sender.send(aRequest(`https://hook.localhost:${server.port}/`));
}

describe('a handshake', () => {
  const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' };

  test.each([
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ])('is made with %s', async (ciphers) => {
    expect(await sendTo({ ...tls12, ciphers })).toMatchObject({ kind: 'response' });
  });

  test.each([
    ['a group that the server chooses', { ciphers: 'DHE-RSA-AES128-GCM-SHA256', dhparam: 'auto' }],
    ['no forward secrecy', { ciphers: 'AES128-GCM-SHA256' }],
    ['a block cipher and a MAC apart', { ciphers: 'ECDHE-RSA-AES128-SHA256' }],
  ])('is not made with %s', async (_what, tls) => {
    expect(await sendTo({ ...tls12, ...tls })).toMatchObject({ kind: 'error', code: 'tls_failed' });
  });

  test('is not made with a chain of certificates that is longer than any that is honest', async () => {
    const others = Array.from({ length: 20 }, () => authority.issue(['hook.localhost']).cert);
    const chain = [good.cert, ...others].join('\n');
    expect(Buffer.byteLength(chain)).toBeGreaterThan(limits.serverGreetingBytesMax);
    const result = await sendTo({ cert: chain });
    expect(result).toMatchObject({ kind: 'error', code: 'tls_failed' });
    expect(result).toHaveProperty('detail', expect.stringContaining('certificate chain'));
  });

  test('is made with a chain as long as honest ones are', async () => {
    const chain = [good.cert, authority.ca].join('\n');
    expect(await sendTo({ cert: chain })).toMatchObject({ kind: 'response' });
  });

  test('is not made again on the same connection', async () => {
    let renegotiated: Error | null | undefined;
    const onRequest: RawBehaviour['onRequest'] = (socket) => {
      if (!('renegotiate' in socket)) throw new Error('No TLS');
      const asked = socket as unknown as {
        renegotiate(options: object, done: (error: Error | null) => void): boolean;
      };
      asked.renegotiate({}, (error) => (renegotiated = error));
    };
    const server = await rawServer({
      onRequest,
      tls: { ...good, ...tls12 } as object as typeof good,
    });
    const sender = aSender({ ca: authority.ca });
    const request = aRequest(`https://hook.localhost:${server.port}/`, { timeoutMs: 1_000 });
    const result = await sender.send(request);
    expect(result.kind).toBe('error');
    expect(renegotiated).not.toBeNull();
  });
});

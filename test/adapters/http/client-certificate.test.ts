// TLS with a client certificate, against a server that lets nobody else in.
import { describe, expect, test } from 'vitest';
import type { TLSSocket } from 'node:tls';
import type { EndpointAuth } from '../../../lambdas/contract/endpoints/endpoint-auth.ts';
import { unmaskedAuth } from '../../../lambdas/core/endpoints/endpoint-auth.ts';
import { certificateAuthority } from './certificates.ts';
import { rawServer } from './raw-server.ts';
import { aRequest, aSender } from './setup.ts';

const authority = certificateAuthority();
const server = authority.issue(['hook.localhost']);
const issued = (name: string) => {
  const { cert, key } = authority.issue([name]);
  return { certificate: cert, privateKey: key };
};
const [first, second] = [issued('first'), issued('second')];

async function setup() {
  const endpoint = await rawServer({
    tls: { ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true },
    onRequest: (socket) => {
      const name = (socket as TLSSocket).getPeerCertificate().subjectaltname ?? 'nobody';
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${name.length}\r\n\r\n${name}`);
    },
  });
  const sender = aSender({ ca: authority.ca });
  const url = `https://hook.localhost:${endpoint.port}/`;
  const bodyFor = async (clientCertificate?: typeof first) => {
    const about = clientCertificate === undefined ? {} : { clientCertificate };
    const result = await sender.send(aRequest(url, about));
    return result.kind === 'response' ? result.body : result.code;
  };
  return { bodyFor, endpoint };
}

describe('a client certificate', () => {
  test('lets in, and a request without one is refused', async () => {
    const { bodyFor } = await setup();
    expect(await bodyFor(first)).toBe('DNS:first');
    expect(['tls_failed', 'connection_reset']).toContain(await bodyFor());
  });

  test('has connections of its own', async () => {
    const { bodyFor, endpoint } = await setup();
    const names = [];
    for (const certificate of [first, second, first, second])
      names.push(await bodyFor(certificate));
    expect(names).toEqual(['DNS:first', 'DNS:second', 'DNS:first', 'DNS:second']);
    expect(endpoint.sockets).toHaveLength(2);
  });

  test('that is none fails the attempt and leaves no connection behind', async () => {
    const { bodyFor, endpoint } = await setup();
    const broken = { certificate: first.certificate, privateKey: 'no key' };
    expect(await bodyFor(broken)).toBe('tls_client_certificate');
    expect(endpoint.sockets).toEqual([]);
  });

  test('is stored only with its own key', () => {
    const other = certificateAuthority().issue(['other']);
    const auth = (privateKey: string): EndpointAuth => ({
      type: 'mtls',
      certificate: first.certificate,
      private_key: privateKey,
    });
    const own = auth(first.privateKey);
    expect(unmaskedAuth(own, null)).toEqual(own);
    expect(() => unmaskedAuth(auth(other.key), null)).toThrow('must match the certificate');
    expect(() => unmaskedAuth(auth('no key'), null)).toThrow('must be a private key in PEM');
  });
});

test('a response is kept as far as the request says', async () => {
  const body = 'x'.repeat(5_000);
  const { port } = await rawServer({
    onRequest: (socket) => socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n${body}`),
  });
  const sender = aSender();
  const url = `http://127.0.0.1:${port}/`;
  expect(await sender.send(aRequest(url, { responseCharacters: 16_384 }))).toMatchObject({
    body,
    truncated: false,
  });
  expect(await sender.send(aRequest(url))).toMatchObject({
    body: body.slice(0, 1_000),
    truncated: true,
  });
});

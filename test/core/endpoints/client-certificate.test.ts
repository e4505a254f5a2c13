// What a client's certificate and key may cost has a bound, whatever the file says.
import { generateKeyPairSync } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { clientCertificateProblem } from '../../../lambdas/core/endpoints/client-certificate.ts';
import { certificateAuthority } from '../../adapters/http/certificates.ts';
import { integer, pem, sequence } from '../../support/der.ts';
import { selfSignedFor } from '../../support/self-signed.ts';

const problemOf = (privateKey: KeyObject, publicKey: KeyObject) =>
  clientCertificateProblem({
    certificate: selfSignedFor({ privateKey, publicKey }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
const sizeProblem = {
  field: 'private_key',
  detail: 'must be RSA of 2048 to 4096 bits, EC on P-256 or P-384, or Ed25519',
};

describe('a client key', () => {
  it.each([
    ['RSA of 2048 bits', generateKeyPairSync('rsa', { modulusLength: 2_048 })],
    [
      'RSA with the exponent 3',
      generateKeyPairSync('rsa', { modulusLength: 2_048, publicExponent: 3 }),
    ],
    ['EC on P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['EC on P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['Ed25519', generateKeyPairSync('ed25519')],
  ])('may be %s', (_what, { privateKey, publicKey }) => {
    expect(problemOf(privateKey, publicKey)).toBeNull();
  });

  it.each([
    ['RSA of 1024 bits', generateKeyPairSync('rsa', { modulusLength: 1_024 })],
    ['EC on P-521', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
    ['EC on another curve', generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
    ['Ed448', generateKeyPairSync('ed448')],
    ['RSA-PSS', generateKeyPairSync('rsa-pss', { modulusLength: 2_048 })],
  ])('may not be %s', (_what, { privateKey, publicKey }) => {
    expect(problemOf(privateKey, publicKey)).toEqual(sizeProblem);
  });

  // To generate one takes many seconds; nobody checks whether its primes are any.
  it.each([4_096, 4_104, 16_384])('of RSA is bounded in size, here %i bits', (bits) => {
    const { certificate } = ownPair();
    const problem = clientCertificateProblem({ certificate, privateKey: rsaOf(bits, {}) });
    if (bits === 4_096) expect(problem?.detail).toBe('must match the certificate');
    else expect(problem).toEqual(sizeProblem);
  });

  it.each<[string, Parts]>([
    ['primes of another key', { p: (1n << 6_000n) + 1n }],
    ['an exponent longer than itself', { dp: (1n << 16_000n) + 1n }],
    ['a public exponent that is no small one', { e: (1n << 2_000n) + 1n }],
  ])('of RSA may not have %s', (_what, parts) => {
    const { certificate } = ownPair();
    const privateKey = rsaOf(2_048, parts);
    expect(clientCertificateProblem({ certificate, privateKey })).toEqual(sizeProblem);
  });
});

describe('a client certificate', () => {
  it('may have a chain of five certificates, and no more', () => {
    const { certificate, privateKey } = ownPair();
    const chain = (count: number) => certificate.repeat(count);
    expect(clientCertificateProblem({ certificate: chain(5), privateKey })).toBeNull();
    expect(clientCertificateProblem({ certificate: chain(6), privateKey })).toEqual({
      field: 'certificate',
      detail: 'must be a chain of at most 5 certificates',
    });
    const otherLabels = certificate.replaceAll('CERTIFICATE', 'TRUSTED CERTIFICATE');
    const certificates = certificate + otherLabels.repeat(5);
    expect(clientCertificateProblem({ certificate: certificates, privateKey })).not.toBeNull();
  });
});

type Parts = Partial<Record<'e' | 'p' | 'dp', bigint>>;

function ownPair() {
  const { cert, key } = certificateAuthority().issue(['client']);
  return { certificate: cert, privateKey: key };
}

/** A key of that size in PEM, with primes of half its size that nobody has tried, and some parts as given. */
function rsaOf(bits: number, { e = 65_537n, p, dp }: Parts): string {
  const half = BigInt(bits / 2);
  const prime = (1n << half) - 1n;
  const other = (1n << half) - 3n;
  // RFC 8017, A.1.2, as written: Node's own way to a key refuses some of these.
  const numbers = [0n, prime * other, e, prime, p ?? prime, other, dp ?? 3n, 3n, 3n];
  return pem('RSA PRIVATE KEY', sequence(...numbers.map(integer)));
}

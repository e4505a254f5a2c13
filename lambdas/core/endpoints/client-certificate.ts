// Which client certificates and keys the service accepts. Strangers choose them, and handshakes run
// on the one thread that does everything else: so their cost is bounded.
import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { limits } from '../../contract/limits/limits.ts';

/** In PEM. */
export type ClientCertificate = { certificate: string; privateKey: string };

export type ClientCertificateProblem = {
  field: 'certificate' | 'private_key';
  /** Completes a sentence that begins with the field. */
  detail: string;
};

const { clientKeyBitsMin, clientKeyBitsMax, clientChainCertificatesMax } = limits;
const curves: readonly unknown[] = ['prime256v1', 'secp384r1'];

export function clientCertificateProblem(pair: ClientCertificate): ClientCertificateProblem | null {
  const chain = pair.certificate.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/g) ?? [];
  if (chain.length > clientChainCertificatesMax) {
    const detail = `must be a chain of at most ${clientChainCertificatesMax} certificates`;
    return { field: 'certificate', detail };
  }
  const certificate = parsed(() => new X509Certificate(pair.certificate));
  if (certificate === null) {
    return { field: 'certificate', detail: 'must be a certificate in PEM' };
  }
  const key = parsed(() => createPrivateKey(pair.privateKey));
  if (key === null) {
    return { field: 'private_key', detail: 'must be a private key in PEM, not encrypted' };
  }
  if (!isOfAllowedSize(key)) {
    const rsa = `RSA of ${clientKeyBitsMin} to ${clientKeyBitsMax} bits`;
    return { field: 'private_key', detail: `must be ${rsa}, EC on P-256 or P-384, or Ed25519` };
  }
  if (!certificate.checkPrivateKey(key)) {
    return { field: 'private_key', detail: 'must match the certificate' };
  }
  return null;
}

function parsed<Value>(parse: () => Value): Value | null {
  try {
    return parse();
  } catch {
    return null;
  }
}

function isOfAllowedSize(key: KeyObject): boolean {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'rsa') return isAllowedRsa(key);
  if (type === 'ec') return curves.includes(details?.namedCurve);
  return type === 'ed25519';
}

function isAllowedRsa(key: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  const isInBounds = modulusLength >= clientKeyBitsMin && modulusLength <= clientKeyBitsMax;
  return isInBounds && publicExponent < 2n ** 32n && areItsOwnPrimes(key);
}

/**
 * A key file lists the parts of a key independently: primes that do not belong to it may have any
 * size.
 */
function areItsOwnPrimes(key: KeyObject): boolean {
  const parts = parsed(() => key.export({ format: 'jwk' }));
  if (parts === null) return false;
  const [n = 0n, p = 0n, q = 0n, ...others] = (['n', 'p', 'q', 'd', 'dp', 'dq', 'qi'] as const).map(
    (name) => numberOf(parts[name] ?? ''),
  );
  return p * q === n && others.every((part) => part < n);
}

function numberOf(base64url: string): bigint {
  return BigInt(`0x0${Buffer.from(base64url, 'base64url').toString('hex')}`);
}

// What the service speaks of TLS, and with whose certificate. Strangers choose the server, and a handshake is computed
// in the one thread that does everything else: so there is nothing in it that a server may size. Finite-field
// Diffie-Hellman is left out, since in TLS 1.2 the server chooses its group; static RSA and CBC have no place any more.
import { constants, createHash } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { clientCertificateProblem } from '../../../core/endpoints/client-certificate.ts';
import type { ClientCertificate } from '../../../core/endpoints/client-certificate.ts';
import { SendFailure } from '../send-failure.ts';

export type TlsContexts = {
  /** Throws a `SendFailure` for a client certificate or key that cannot be used. */
  of(clientCertificate: ClientCertificate | undefined): SecureContext;
};

/** Forward secret and authenticated (AEAD), all of them. */
const suites = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE+AESGCM',
  'ECDHE+CHACHA20',
];

export function tlsContexts(ca: string | string[] | undefined): TlsContexts {
  const options: SecureContextOptions = {
    minVersion: 'TLSv1.2',
    ciphers: suites.join(':'),
    // A server could else have the handshake computed again and again.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ca === undefined ? {} : { ca }),
  };
  let anonymous: SecureContext | undefined;
  return {
    of(clientCertificate) {
      if (clientCertificate !== undefined) return contextWith(options, clientCertificate);
      // Made at the first use and kept: it holds all root certificates.
      anonymous ??= createSecureContext(options);
      return anonymous;
    },
  };
}

/** Empty without a certificate. */
export function identityOf(clientCertificate: ClientCertificate | undefined): string {
  if (clientCertificate === undefined) return '';
  return createHash('sha256').update(JSON.stringify(clientCertificate)).digest('hex');
}

/** Judged again: it may have been stored before there was a bound. */
function contextWith(
  options: SecureContextOptions,
  { certificate, privateKey }: ClientCertificate,
): SecureContext {
  const problem = clientCertificateProblem({ certificate, privateKey });
  if (problem !== null) {
    const field = problem.field === 'certificate' ? 'certificate' : 'private key';
    const detail = `The client's ${field} ${problem.detail}`;
    throw new SendFailure('tls_client_certificate', { detail });
  }
  try {
    return createSecureContext({ ...options, cert: certificate, key: privateKey });
  } catch (cause) {
    throw new SendFailure('tls_client_certificate', { cause });
  }
}

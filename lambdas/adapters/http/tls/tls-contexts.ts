// The TLS parameters that the service offers, and the client certificates it uses. Strangers choose
// the server, and handshakes run on the one thread that does everything else: so a server must not
// control the cost of any step. Finite-field Diffie-Hellman is excluded, since in TLS 1.2 the
// server chooses the group; static RSA and CBC are obsolete.
import { constants, createHash } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { clientCertificateProblem } from '../../../core/endpoints/client-certificate.ts';
import type { ClientCertificate } from '../../../core/endpoints/client-certificate.ts';
import { SendFailure } from '../send-failure.ts';

export type TlsContexts = {
  /** Throws a `SendFailure` for an unusable client certificate or key. */
  of(clientCertificate: ClientCertificate | undefined): SecureContext;
};

/** All forward secret and authenticated (AEAD). */
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
    // Otherwise a server could trigger the handshake again and again.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ca === undefined ? {} : { ca }),
  };
  let anonymous: SecureContext | undefined;
  return {
    of(clientCertificate) {
      if (clientCertificate !== undefined) return contextWith(options, clientCertificate);
      // Created on first use and kept: it holds all root certificates.
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

/** Checked again: it may have been stored before the limit existed. */
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

// Why an attempt got no response: maps Node's many error codes to the closed list of
// `send-result.ts`. A shortage of the service itself is not an attempt: see `own-faults.ts`. The
// messages are fixed. Node's may contain addresses, header values or parts of the response.
import { limits } from '../../contract/limits/limits.ts';
import type { SendErrorCode } from '../../core/deliveries/send-result.ts';
import { codeOf } from './node-error.ts';

const sentences: Record<SendErrorCode, string> = {
  invalid_url: 'The target URL is not valid',
  // One wording for every kind of blocked target, or it would reveal the service's network.
  blocked_address: 'Webhooks may not be sent to this target address',
  dns_not_found: 'The host name does not exist or has no address',
  dns_timeout: 'DNS did not answer in time',
  dns_failed: 'DNS failed to answer',
  connect_refused: 'The connection was refused',
  connect_timeout: 'The connection was not established in time',
  connect_failed: 'The host could not be reached',
  connection_reset: 'The connection was closed before a response arrived',
  tls_expired: 'The certificate has expired or is not yet valid',
  tls_hostname: 'The certificate is for a different host name',
  tls_untrusted: 'The certificate is not signed by a trusted authority',
  tls_timeout: 'The TLS handshake did not complete in time',
  tls_failed: 'The TLS handshake failed',
  tls_client_certificate: 'The client certificate or its key cannot be used',
  request_timeout: 'The request was not accepted in time',
  response_timeout: 'No response arrived in time',
  response_too_large: `The response has more than ${limits.responseHeaderBytesMax} bytes of headers`,
  invalid_response: 'The response is not valid HTTP',
  auth_failed: 'No access token could be obtained',
  send_failed: 'The request could not be sent',
};

/** For a request without a response: no byte of it was sent, or no byte of a response arrived. */
export type Progress = 'untouched' | 'unanswered';

export class SendFailure extends Error {
  readonly code: SendErrorCode;
  /** Undefined if a response may have begun, or it is unknown. */
  readonly progress: Progress | undefined;

  constructor(
    code: SendErrorCode,
    { detail = sentences[code], progress, cause }: FailureOptions = {},
  ) {
    super(detail, { cause });
    this.name = 'SendFailure';
    this.code = code;
    this.progress = progress;
  }
}

type FailureOptions = { detail?: string; progress?: Progress | undefined; cause?: unknown };

const connectCodes: Record<string, SendErrorCode> = {
  ABORT_ERR: 'connect_timeout',
  ECONNREFUSED: 'connect_refused',
  ETIMEDOUT: 'connect_timeout',
};

// https://nodejs.org/api/tls.html#x509-certificate-error-codes
const tlsCodes: Record<string, SendErrorCode> = {
  ABORT_ERR: 'tls_timeout',
  ETIMEDOUT: 'tls_timeout',
  CERT_HAS_EXPIRED: 'tls_expired',
  CERT_NOT_YET_VALID: 'tls_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_hostname',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'tls_hostname',
  HOSTNAME_MISMATCH: 'tls_hostname',
  CERT_CHAIN_TOO_LONG: 'tls_untrusted',
  CERT_REJECTED: 'tls_untrusted',
  CERT_REVOKED: 'tls_untrusted',
  CERT_SIGNATURE_FAILURE: 'tls_untrusted',
  CERT_UNTRUSTED: 'tls_untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_untrusted',
  INVALID_CA: 'tls_untrusted',
  INVALID_PURPOSE: 'tls_untrusted',
  PATH_LENGTH_EXCEEDED: 'tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_untrusted',
};

const exchangeCodes: Record<string, SendErrorCode> = {
  HPE_HEADER_OVERFLOW: 'response_too_large',
  ECONNABORTED: 'connection_reset',
  ECONNRESET: 'connection_reset',
  EHOSTUNREACH: 'connection_reset',
  ENETUNREACH: 'connection_reset',
  EPIPE: 'connection_reset',
  ERR_STREAM_DESTROYED: 'connection_reset',
  ETIMEDOUT: 'response_timeout', // The kernel gave up retransmitting.
};

const exchangePrefixes: readonly (readonly [prefix: string, code: SendErrorCode])[] = [
  ['HPE_', 'invalid_response'],
  // TLS 1.3 lets a server refuse the client after the handshake: ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED.
  ['ERR_SSL_', 'tls_failed'],
  ['EPROTO', 'tls_failed'],
];

export function connectFailure(error: unknown): SendFailure {
  return toFailure(error, connectCodes[codeOf(error)] ?? 'connect_failed');
}

export function tlsFailure(error: unknown): SendFailure {
  return toFailure(error, tlsCodes[codeOf(error)] ?? 'tls_failed');
}

export function exchangeFailure(error: unknown, progress?: Progress): SendFailure {
  if (error instanceof SendFailure) return error;
  const code = codeOf(error);
  const byPrefix = exchangePrefixes.find(([prefix]) => code.startsWith(prefix))?.[1];
  return toFailure(error, exchangeCodes[code] ?? byPrefix ?? 'send_failed', progress);
}

/** For errors after a packet left: then it counts as an attempt, whoever is to blame. */
export function anyFailure(error: unknown): SendFailure {
  return toFailure(error, 'send_failed');
}

function toFailure(error: unknown, code: SendErrorCode, progress?: Progress): SendFailure {
  return error instanceof SendFailure ? error : new SendFailure(code, { progress, cause: error });
}

// The codes that Node gives, and the closed list that they become. Those that real sockets bring about are tested
// there; here are the rest.
import { expect, test } from 'vitest';
import {
  anyFailure,
  connectFailure,
  exchangeFailure,
  SendFailure,
  tlsFailure,
} from '../../../lambdas/adapters/http/send-failure.ts';
import { sendErrorCodes } from '../../../lambdas/core/deliveries/send-result.ts';

const nodeError = (code: string): Error =>
  Object.assign(new Error(`secret of ${code} at 10.0.0.1`), { code });

test.each([
  ['ECONNREFUSED', 'connect_refused'],
  ['ETIMEDOUT', 'connect_timeout'],
  ['ABORT_ERR', 'connect_timeout'],
  ['EHOSTUNREACH', 'connect_failed'],
  ['ENETUNREACH', 'connect_failed'],
])('%s while connecting is %s', (code, expected) => {
  expect(connectFailure(nodeError(code))).toMatchObject({ code: expected });
});

test.each([
  ['CERT_HAS_EXPIRED', 'tls_expired'],
  ['CERT_NOT_YET_VALID', 'tls_expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_hostname'],
  ['HOSTNAME_MISMATCH', 'tls_hostname'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_untrusted'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_untrusted'],
  ['CERT_REVOKED', 'tls_untrusted'],
  ['CERT_CHAIN_TOO_LONG', 'tls_untrusted'],
  ['ETIMEDOUT', 'tls_timeout'],
  ['ECONNRESET', 'tls_failed'],
  ['EPROTO', 'tls_failed'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls_failed'],
])('%s in the handshake is %s', (code, expected) => {
  expect(tlsFailure(nodeError(code))).toMatchObject({ code: expected });
});

test.each([
  ['ECONNRESET', 'connection_reset'],
  ['EPIPE', 'connection_reset'],
  ['ENETUNREACH', 'connection_reset'],
  ['ERR_STREAM_DESTROYED', 'connection_reset'],
  ['ETIMEDOUT', 'response_timeout'],
  ['HPE_HEADER_OVERFLOW', 'response_too_large'],
  ['HPE_INVALID_CONSTANT', 'invalid_response'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'tls_failed'],
  ['EPROTO', 'tls_failed'],
  ['ERR_SOMETHING_NEW', 'send_failed'],
])('%s in the exchange is %s', (code, expected) => {
  const failure = exchangeFailure(nodeError(code), 'untouched');
  expect(failure).toMatchObject({ code: expected, progress: 'untouched' });
});

test('a failure stays what it is', () => {
  const failure = new SendFailure('blocked_address');
  const mapped = [connectFailure, tlsFailure, anyFailure].map((map) => map(failure));
  expect([...mapped, exchangeFailure(failure, 'untouched')]).toEqual(mapped.concat(failure));
});

test.each(['a string', null, undefined, new TypeError('bug')])('%s is send_failed', (thrown) => {
  expect(anyFailure(thrown)).toMatchObject({ code: 'send_failed' });
});

test('no sentence repeats what Node said', () => {
  const said = [connectFailure, tlsFailure, anyFailure].map((map) => map(nodeError('X')).message);
  expect(said.join()).not.toMatch(/secret|10\.0\.0\.1/);
});

test.each(sendErrorCodes)('%s has a sentence of its own', (code) => {
  const sentences = sendErrorCodes.map((other) => new SendFailure(other).message);
  expect(sentences.filter((sentence) => sentence === new SendFailure(code).message)).toHaveLength(
    1,
  );
});

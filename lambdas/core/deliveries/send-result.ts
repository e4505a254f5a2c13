// What one HTTP request came to, as the sender saw it. The sender reports; `outcome.ts` judges.
import type { AttemptTimings } from './delivery.ts';
import type { ClientCertificate } from '../endpoints/client-certificate.ts';

/** Why no usable response came. A closed list: API, logs and docs use the same words. */
export const sendErrorCodes = [
  'invalid_url',
  'blocked_address',
  'dns_not_found',
  'dns_timeout',
  'dns_failed',
  'connect_refused',
  'connect_timeout',
  'connect_failed',
  'connection_reset',
  'tls_expired',
  'tls_hostname',
  'tls_untrusted',
  'tls_timeout',
  'tls_failed',
  'tls_client_certificate',
  'request_timeout',
  'response_timeout',
  'response_too_large',
  'invalid_response',
  'auth_failed',
  'send_failed',
] as const;

export type SendErrorCode = (typeof sendErrorCodes)[number];

export type SendRequest = {
  /** `POST` unless given. */
  method?: 'GET';
  url: string;
  /** As sent, `content-length` and `host` excepted. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** Whose request it is: at one origin nobody holds more than a share of the connections. */
  owner: string;
  /** For the whole attempt: DNS, connect, TLS, headers and body together. A wait for a connection's place does not count. */
  timeoutMs: number;
  clientCertificate?: ClientCertificate;
  /** How much of the response's body to keep; `limits.responseCharactersKept` unless given. */
  responseCharacters?: number;
};

export type SendResult =
  | {
      kind: 'response';
      statusCode: number;
      /** Response headers that the outcome depends on, lower-case, first value each. */
      headers: Readonly<Partial<Record<'retry-after' | 'webhook-delivery', string>>>;
      /** Epoch ms that an HTTP-date `Retry-After` names; null for the other forms. */
      retryAfterAt: number | null;
      /** What `Location` names, fit to be shown (`redirect-target.ts`); null where there is none. */
      redirectsTo: string | null;
      /** What is wrong with the head, in a fixed sentence; null where it is strict HTTP. */
      malformed: string | null;
      /** Valid text, at most `limits.responseCharactersKept` characters. */
      body: string;
      truncated: boolean;
      durationMs: number;
      timings: AttemptTimings;
    }
  | {
      kind: 'error';
      code: SendErrorCode;
      detail: string;
      durationMs: number;
      timings: AttemptTimings;
    };

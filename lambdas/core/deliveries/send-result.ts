// The result of one HTTP request as the sender saw it. The sender reports; `outcome.ts` judges.
import type { AttemptTimings } from './delivery.ts';
import type { ClientCertificate } from '../endpoints/client-certificate.ts';

/** Why there was no usable response. A closed list: API, logs and docs share these words. */
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
  /** As sent, except `content-length` and `host`. */
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  /** The owner of the request: nobody holds more than a share of an origin's connections. */
  owner: string;
  /**
   * For the whole attempt: DNS, connect, TLS, headers and body. Waiting for a connection slot does
   * not count.
   */
  timeoutMs: number;
  clientCertificate?: ClientCertificate;
  /** How much of the response body to keep; default `limits.responseCharactersKept`. */
  responseCharacters?: number;
};

export type SendResult =
  | {
      kind: 'response';
      statusCode: number;
      /** Response headers that affect the outcome, lower-case, first value each. */
      headers: Readonly<Partial<Record<'retry-after' | 'webhook-delivery', string>>>;
      /** Epoch ms that an HTTP-date `Retry-After` names; null for the other forms. */
      retryAfterAt: number | null;
      /** The `Location` target, safe to show (`redirect-target.ts`); null without one. */
      redirectsTo: string | null;
      /** What is wrong with the head, as a fixed sentence; null if it is strict HTTP. */
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

// Judges the result of a request. Success is 2xx; a redirect is a failure and never followed; 410
// means that the endpoint is gone; `Retry-After` counts for the statuses that define it (429, 502,
// 503, 504). An endpoint may also say `webhook-delivery: abort-message` (stop retrying this one) or
// `disable` (stop sending altogether).
import { limits } from '../../contract/limits/limits.ts';
import type { Attempt, AttemptOutcome, Delivery } from './delivery.ts';
import { isFinal } from './delivery.ts';
import type { SendResult } from './send-result.ts';

export type Verdict =
  | { kind: 'success' }
  /** Failed, not to be retried. */
  | { kind: 'stop'; reason: 'gone' | 'aborted' }
  /** `notBefore`: epoch ms that the endpoint requested, or null. */
  | { kind: 'retry'; notBefore: number | null };

/** The part of the result kept in the attempt's log. */
export type AttemptRecord = Pick<
  Attempt,
  'statusCode' | 'errorCode' | 'errorDetails' | 'responseBody' | 'durationMs' | 'timings'
>;

const retryAfterStatuses: readonly number[] = [429, 502, 503, 504];

export function verdictOf(result: SendResult, now: number): Verdict {
  if (result.kind === 'error') return { kind: 'retry', notBefore: null };
  if (isSuccess(result.statusCode)) return { kind: 'success' };
  if (wantsNoMore(result)) return { kind: 'stop', reason: 'gone' };
  if (wishOf(result) === 'abort-message') return { kind: 'stop', reason: 'aborted' };
  return { kind: 'retry', notBefore: retryAfter(result, now) };
}

/** True when the endpoint asks to be left alone: by 410, or by `webhook-delivery: disable` on any answer. */
export function wantsNoMore(result: SendResult): boolean {
  if (result.kind === 'error') return false;
  return result.statusCode === 410 || wishOf(result) === 'disable';
}

/** A failed attempt that returns after the end, or after a replay, did not end its delivery. */
export function outcomeOf(verdict: Verdict, next: Delivery, overtaken: boolean): AttemptOutcome {
  if (verdict.kind === 'success') return 'success';
  return !overtaken && isFinal(next.status) ? 'failure' : 'failed_attempt';
}

function wishOf(result: SendResult & { kind: 'response' }): string | undefined {
  return result.headers['webhook-delivery']?.trim().toLowerCase();
}

/** Seconds or an HTTP date, at most `limits.retryAfterMsMax` ahead; anything else counts as absent. */
function retryAfter(result: SendResult & { kind: 'response' }, now: number): number | null {
  if (!retryAfterStatuses.includes(result.statusCode)) return null;
  const text = result.headers['retry-after']?.trim() ?? '';
  const at = /^\d{1,15}$/.test(text) ? now + Number(text) * 1_000 : (result.retryAfterAt ?? now);
  if (at <= now) return null;
  return Math.min(at, now + limits.retryAfterMsMax);
}

export function recordOf(result: SendResult): AttemptRecord {
  const { durationMs, timings } = result;
  if (result.kind === 'error') {
    return {
      statusCode: null,
      errorCode: result.code,
      errorDetails: result.detail,
      responseBody: null,
      durationMs,
      timings,
    };
  }
  return {
    statusCode: result.statusCode,
    errorCode: errorCodeOf(result.statusCode),
    errorDetails: detailsOf(result),
    responseBody: result.truncated ? `${result.body}... [truncated]` : result.body,
    durationMs,
    timings,
  };
}

/** A success has none unless its response was malformed: then the endpoint's owner should know. */
function detailsOf(result: SendResult & { kind: 'response' }): string | null {
  const { statusCode, redirectsTo, malformed } = result;
  const parts = [];
  if (isRedirect(statusCode) && redirectsTo !== null) {
    parts.push(`Redirect to ${redirectsTo} (${statusCode})`);
  } else if (!isSuccess(statusCode)) parts.push(`HTTP error: ${statusCode}`);
  if (malformed !== null) parts.push(`response_malformed: ${malformed}`);
  return parts.length === 0 ? null : parts.join('; ');
}

function isSuccess(statusCode: number): boolean {
  return statusCode >= 200 && statusCode <= 299;
}

function errorCodeOf(statusCode: number): string | null {
  if (isSuccess(statusCode)) return null;
  if (statusCode === 410) return 'gone';
  return isRedirect(statusCode) ? 'redirect' : 'http_error';
}

function isRedirect(statusCode: number): boolean {
  return statusCode >= 300 && statusCode <= 399;
}

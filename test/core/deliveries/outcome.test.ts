import { describe, expect, it } from 'vitest';
import { recordOf, verdictOf, wantsNoMore } from '../../../lambdas/core/deliveries/outcome.ts';
import { aResponse, anError } from '../../support/send-results.ts';

const now = 1_700_000_000_000;
const day = 86_400_000;

describe('verdictOf', () => {
  it.each([200, 201, 202, 204, 206, 299])('treats %i as success', (statusCode) => {
    expect(verdictOf(aResponse({ statusCode }), now)).toEqual({ kind: 'success' });
  });

  it.each([100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 409, 429, 500, 503])(
    'tries again after %i',
    (statusCode) => {
      expect(verdictOf(aResponse({ statusCode }), now)).toEqual({ kind: 'retry', notBefore: null });
    },
  );

  it('treats 410 as gone, and any transport error as a failure', () => {
    expect(verdictOf(aResponse({ statusCode: 410 }), now)).toEqual({
      kind: 'stop',
      reason: 'gone',
    });
    expect(verdictOf(anError('connect_refused'), now)).toEqual({ kind: 'retry', notBefore: null });
    expect(wantsNoMore(anError('connect_refused'))).toBe(false);
  });

  it.each([
    ['120', null, now + 120_000],
    [' 7 ', null, now + 7_000],
    ['0', null, null],
    ['-5', null, null],
    ['1.5', null, null],
    ['soon', null, null],
    ['', null, null],
    ['999999999999', null, now + day],
    ['Wed, 21 Oct 2026 07:28:00 GMT', now + 60_000, now + 60_000],
    ['Wed, 21 Oct 2015 07:28:00 GMT', now - 60_000, null],
    ['Wed, 21 Oct 2099 07:28:00 GMT', now + 9 * day, now + day],
  ])('reads Retry-After %j (date %s) as %s', (header, retryAfterAt, notBefore) => {
    for (const statusCode of [429, 502, 503, 504]) {
      const result = aResponse({ statusCode, headers: { 'retry-after': header }, retryAfterAt });
      expect(verdictOf(result, now)).toEqual({ kind: 'retry', notBefore });
    }
  });

  it.each([
    [500, 'abort-message', { kind: 'stop', reason: 'aborted' }, false],
    [500, ' Disable ', { kind: 'stop', reason: 'gone' }, true],
    [200, 'disable', { kind: 'success' }, true],
    [200, 'abort-message', { kind: 'success' }, false],
    [410, '', { kind: 'stop', reason: 'gone' }, true],
    [500, 'whatever', { kind: 'retry', notBefore: null }, false],
  ])('honours webhook-delivery on %i: %j', (...row) => {
    const [statusCode, wish, verdict, noMore] = row;
    const result = aResponse({ statusCode, headers: { 'webhook-delivery': wish } });
    expect(verdictOf(result, now)).toEqual(verdict);
    expect(wantsNoMore(result)).toBe(noMore);
  });

  it('ignores Retry-After for statuses that do not define it', () => {
    const result = aResponse({ statusCode: 500, headers: { 'retry-after': '120' } });
    expect(verdictOf(result, now)).toEqual({ kind: 'retry', notBefore: null });
  });
});

describe('recordOf', () => {
  it("keeps the seed's texts", () => {
    expect(recordOf(aResponse({ statusCode: 503, body: 'busy' }))).toMatchObject({
      statusCode: 503,
      errorCode: 'http_error',
      errorDetails: 'HTTP error: 503',
      responseBody: 'busy',
    });
    expect(recordOf(aResponse({ body: 'x', truncated: true })).responseBody).toBe(
      'x... [truncated]',
    );
  });

  it.each([
    [199, 'http_error'],
    [204, null],
    [300, 'redirect'],
    [302, 'redirect'],
    [399, 'redirect'],
    [400, 'http_error'],
    [410, 'gone'],
    [404, 'http_error'],
  ])('names %i as %s', (statusCode, errorCode) => {
    expect(recordOf(aResponse({ statusCode })).errorCode).toBe(errorCode);
  });

  it.each([
    [301, 'https://example.com/x', null, 'Redirect to https://example.com/x (301)'],
    [399, 'http://example.com/', null, 'Redirect to http://example.com/ (399)'],
    [302, null, null, 'HTTP error: 302'],
    // `Location` on other answers names something else (RFC 9110, 10.2.2).
    [201, 'https://example.com/x', null, null],
    [400, 'https://example.com/x', null, 'HTTP error: 400'],
    [200, null, 'two lengths', 'response_malformed: two lengths'],
    [503, null, 'two lengths', 'HTTP error: 503; response_malformed: two lengths'],
    [
      307,
      'https://example.com/x',
      'two lengths',
      'Redirect to https://example.com/x (307); response_malformed: two lengths',
    ],
  ])('says of %i, leading to %s, malformed by %s: %s', (...row) => {
    const [statusCode, redirectsTo, malformed, errorDetails] = row;
    expect(recordOf(aResponse({ statusCode, redirectsTo, malformed }))).toMatchObject({
      errorDetails,
    });
  });

  it('has no error code for a success whose answer was malformed', () => {
    const result = aResponse({ malformed: 'two lengths' });
    expect(recordOf(result).errorCode).toBeNull();
    expect(verdictOf(result, now)).toEqual({ kind: 'success' });
  });

  it("keeps the sender's message for an error", () => {
    expect(recordOf(anError('tls_expired'))).toMatchObject({
      statusCode: null,
      errorCode: 'tls_expired',
      responseBody: null,
    });
  });
});

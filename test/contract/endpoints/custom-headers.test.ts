import fc from 'fast-check';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { describe, expect, it } from 'vitest';
import { customHeaders } from '../../../lambdas/contract/endpoints/custom-headers.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';

const complaints = (headers: unknown) =>
  customHeaders.safeParse(headers).error?.issues.map(({ path, message }) => [...path, message]) ??
  [];
const accepts = (name: string, value = 'x') => complaints({ [name]: value }).length === 0;

describe('customHeaders', () => {
  it.each([
    'X-Api-Key',
    'x-tenant',
    'Accept',
    'Traceparent',
    'X_Under.Score',
    '0-digit',
    'X-Cf-Ray',
    'CF-Access-Client-Id',
    'CF-Access-Client-Secret',
    'User-Agent',
  ])('allows the name %s', (name) => {
    expect(accepts(name)).toBe(true);
  });

  it.each([
    'Host',
    'Content-Length',
    'Content-Type',
    'Content-Encoding',
    'Transfer-Encoding',
    'Connection',
    'Keep-Alive',
    'Upgrade',
    'Expect',
    'TE',
    'Trailer',
    'Proxy-Authorization',
    'Proxy-Connection',
    'Forwarded',
    'X-Forwarded-For',
    'X-Forwarded-Host',
    'X-Real-IP',
    'X-Original-URL',
    'X-HTTP-Method-Override',
    'X-Amz-Date',
    'X-Amzn-Trace-Id',
    'X-aws-ec2-metadata-token',
    'X-aws-ec2-metadata-token-ttl-seconds',
    'Metadata-Flavor',
    'Metadata',
    'webhook-id',
    'webhook-signature',
    'svix-id',
    'X-Webhook-ID',
    'X-Webhook-Signature',
    'X-Event-Type',
    'X-Hub-Signature-256',
    'CF-Connecting-IP',
    'CF-Ray',
    'CF-Access-Jwt-Assertion',
    'CF-Access-Client',
    'Cookie',
    'Accept-Encoding',
  ])('refuses the name %s in any case', (name) => {
    expect([name, name.toLowerCase(), name.toUpperCase()].map((each) => accepts(each))).toEqual([
      false,
      false,
      false,
    ]);
  });

  it.each([
    '',
    ' X-A',
    'X-A ',
    'X A',
    'X-A:',
    'X-A\r\nHost',
    'X-A\0',
    'X-Ä',
    'X(A)',
    'X/A',
    '_private',
    ':authority',
    'x'.repeat(limits.customHeaderNameLengthMax + 1),
  ])('refuses the name %j', (name) => {
    expect(accepts(name)).toBe(false);
  });

  it.each([
    '',
    ' x',
    'x ',
    'a\r\nHost: b',
    'a\nb',
    'a\rb',
    'a\0b',
    'a\u007fb',
    'a\u0001b',
    'é',
    'a\u2028b',
    'a\u010ab', // Its low byte is a line feed.
    'x'.repeat(limits.customHeaderValueLengthMax + 1),
  ])('refuses the value %j', (value) => {
    expect(accepts('X-A', value)).toBe(false);
  });

  it('names every bad header, and never its value', () => {
    expect(complaints({ 'X-A': 'secret\n', Host: 'a', 'X-B': 'fine' })).toEqual([
      ['X-A', 'must be printable ASCII characters, without surrounding spaces'],
      ['Host', 'must not be set by a subscription'],
    ]);
    expect(complaints({ Authorization: 'Bearer secret' })).toEqual([
      ['Authorization', 'must not be set here: use auth'],
    ]);
  });

  it('refuses a name twice and too many names', () => {
    expect(complaints({ 'X-A': '1', 'x-a': '2' })).toEqual([['x-a', 'must not be given twice']]);
    const names = Array.from({ length: limits.customHeadersMax + 1 }, (_, index) => `X-${index}`);
    expect(complaints(Object.fromEntries(names.map((name) => [name, '1'])))).toHaveLength(1);
    expect(complaints(Object.fromEntries(names.slice(1).map((name) => [name, '1'])))).toEqual([]);
  });

  it('lets through only what Node would send as it is', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
    fc.assert(
      fc.property(fc.oneof(text, fc.constant('__proto__')), text, (name, value) => {
        const { data = {} } = customHeaders.safeParse({ [name]: value });
        expect(Object.keys(data)).not.toContain('__proto__');
        for (const [kept, keptValue] of Object.entries(data)) {
          validateHeaderName(kept);
          validateHeaderValue(kept, keptValue);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { senderHeadersOf, senderTypeOf } from '../../../lambdas/core/events/sender-headers.ts';

const github = { scheme: 'github', secret: null } as const;

describe('senderHeadersOf', () => {
  it('keeps what the sender of that scheme says, and nothing else', () => {
    const headers = {
      'x-github-event': 'push',
      'x-shopify-topic': 'orders/create',
      'x-hub-signature-256': 'sha256=00',
      authorization: 'Bearer t',
      'webhook-id': 'msg_1',
    };
    expect(senderHeadersOf(github, headers)).toEqual({ 'x-github-event': 'push' });
    expect(senderHeadersOf({ scheme: 'stripe', secret: null }, headers)).toBeNull();
    expect(senderHeadersOf(null, headers)).toBeNull();
  });

  it.each([
    ['as long as may be', 'x'.repeat(limits.senderHeaderBytesMax), true],
    ['longer', 'x'.repeat(limits.senderHeaderBytesMax + 1), false],
    ['with a space inside', 'Push Hook', true],
    ['beyond ASCII', 'é', false],
    ['with a line end', 'a\nb', false],
    ['with a space at its end', 'a ', false],
  ])('of a value %s', (_, value, isKept) => {
    const kept = senderHeadersOf(github, { 'x-github-delivery': value });
    expect(kept).toEqual(isKept ? { 'x-github-delivery': value } : null);
  });
});

describe('senderTypeOf', () => {
  it('is named by GitHub and Shopify alone', () => {
    const headers = { 'x-github-event': 'push', 'x-shopify-topic': 'orders/create' };
    expect(senderTypeOf(github, headers)).toBe('push');
    expect(senderTypeOf({ scheme: 'shopify', secret: null }, headers)).toBe('orders/create');
    expect(senderTypeOf({ scheme: 'meta', secret: null, verify_token: 't' }, headers)).toBeNull();
    expect(senderTypeOf(github, {})).toBeNull();
    expect(senderTypeOf(null, headers)).toBeNull();
  });

  it.each(['two words', '', 'x'.repeat(limits.eventTypeLengthMax + 1)])('is not %j', (type) => {
    expect(() => senderTypeOf(github, { 'x-github-event': type })).toThrow(
      'x-github-event must be',
    );
  });
});

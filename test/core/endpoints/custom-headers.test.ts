import { describe, expect, it } from 'vitest';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import { maskedHeaders, unmaskedHeaders } from '../../../lambdas/core/endpoints/custom-headers.ts';

describe('custom headers', () => {
  it('show their names and no value', () => {
    expect(maskedHeaders({ 'X-Api-Key': 's3cret', 'X-B': 'b' })).toEqual({
      'X-Api-Key': secretMask,
      'X-B': secretMask,
    });
  });

  it('keep a value written back as its mask, whatever the case of its name', () => {
    const stored = { 'X-Api-Key': 's3cret', 'X-Gone': 'gone' };
    expect(unmaskedHeaders({ 'x-api-key': secretMask, 'X-New': 'new' }, stored)).toEqual({
      'x-api-key': 's3cret',
      'X-New': 'new',
    });
  });

  it('do not accept a mask as a new value', () => {
    expect(() => unmaskedHeaders({ 'X-New': secretMask }, { 'X-Api-Key': 's3cret' })).toThrow(
      expect.objectContaining({
        code: 'invalid-request',
        fields: [
          {
            pointer: '/custom_headers/X-New',
            detail: expect.stringContaining('must be the actual secret'),
          },
        ],
      }),
    );
  });
});

import { describe, expect, it } from 'vitest';
import { itemBytes, valueBytes } from '../../../../lambdas/adapters/aws/deliveries/item-size.ts';
import { sizedValues } from '../../../support/sized-values.ts';

describe('itemBytes', () => {
  it.each(sizedValues)('counts %s', (_, value, bytes) => {
    expect(valueBytes(value)).toBe(bytes);
  });

  it('adds up names and values, and leaves out what is not stored', () => {
    expect(itemBytes({ pk: 'abc', é: 'd', gone: undefined, map: { gone: undefined } })).toBe(
      2 + 3 + 2 + 1 + 3 + 3,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { plantEverywhere } from './exhaustive.ts';
import { operations } from './operations.ts';

describe('every fault and every pair of faults at every call of a port', () => {
  it.each(operations)(
    'keeps every invariant: $name',
    async (operation) => {
      const { calls, singles, pairs } = await plantEverywhere(operation);
      console.log(`${operation.name}: ${calls} calls, ${singles} single faults, ${pairs} pairs`);
      expect(pairs).toBeGreaterThan(singles);
    },
    120_000,
  );
});

import { afterAll, describe, expect, it } from 'vitest';
import { plantEverywhere } from './exhaustive.ts';
import { operations as usual } from './operations.ts';
import { recoveryOperations } from './recovery-operations.ts';

const operations = [...usual, ...recoveryOperations];

describe('every fault and every pair of faults at every call of a port', () => {
  const total = { calls: 0, singles: 0, pairs: 0 };

  afterAll(() => {
    console.log(
      `${operations.length} operations: ${total.calls} port calls, ${total.singles} single faults ` +
        `and ${total.pairs} pairs enumerated`,
    );
  });

  it.each(operations)(
    'keeps every invariant: $name',
    async (operation) => {
      const { calls, singles, pairs } = await plantEverywhere(operation);
      console.log(`${operation.name}: ${calls} calls, ${singles} single faults, ${pairs} pairs`);
      total.calls += calls;
      total.singles += singles;
      total.pairs += pairs;
      expect(pairs).toBeGreaterThan(singles);
    },
    120_000,
  );
});

// The tests that judge mutants of the core: those of the core alone, so that each mutant takes a second.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/core/**/*.test.ts'],
    // Else a mutant that only some examples catch would live or die by chance.
    setupFiles: ['test/support/seeded-properties.ts'],
    env: { ADDRESSES: '5000' },
  },
});

import fc from 'fast-check';
import { describe, it } from 'vitest';
import { commands, settle } from './model-commands.ts';
import { emptyModel } from './reference-model.ts';
import { createWorld } from './world.ts';

describe('the reference model', () => {
  it('agrees with the service after any commands', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), commands, async (seed, plan) => {
        const model = emptyModel();
        const world = createWorld({ seed });
        await fc.asyncModelRun(() => ({ model, real: world }), plan);
        await settle.run(model, world);
      }),
      { numRuns: 500 },
    );
  }, 60_000);
});

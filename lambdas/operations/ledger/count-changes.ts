// Counters follow the rows. A lost count must not fail what is already stored: the caller would do
// it again.
import { mergeDeltas } from '../../core/ledger/stats.ts';
import type { StatsDelta } from '../../core/ledger/stats.ts';
import type { Context } from '../context.ts';

export async function countChanges(
  context: Pick<Context, 'stats' | 'log'>,
  deltas: readonly StatsDelta[],
): Promise<void> {
  if (deltas.length === 0) return;
  try {
    await context.stats.add(mergeDeltas(deltas));
  } catch (error) {
    context.log.error('stats.lost', { deltas: deltas.length }, error);
  }
}

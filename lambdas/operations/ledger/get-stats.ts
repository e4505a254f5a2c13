// The counters of a window, for one subscription or all.
import type { SubscriptionId } from '../../core/ids.ts';
import type { StatsSummary } from '../../core/ledger/stats-summary.ts';
import { statsRange, summarize } from '../../core/ledger/stats-summary.ts';
import { emptyWindow } from '../deliveries/list-deliveries.ts';
import type { Context } from '../context.ts';

export type StatsQuestion = {
  tenant: string;
  /** Null means all. */
  subscriptionId: SubscriptionId | null;
  since: number | undefined;
  until: number | undefined;
};

export async function getStats(
  context: Pick<Context, 'stats' | 'clock' | 'rules'>,
  question: StatsQuestion,
): Promise<StatsSummary> {
  const range = statsRange(question, context.clock.now(), context.rules.retentionMs);
  if (range === null) throw emptyWindow();
  const hours = await context.stats.hours(question.tenant, question.subscriptionId, range);
  return summarize(hours, range);
}

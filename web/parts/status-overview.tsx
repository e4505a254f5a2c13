// How many deliveries are in each state: a bar with the shares, and the counts as links to the lists.
import type { DeliveryStatus, Stats } from '../api/resources.ts';
import { deliveryStatuses } from '../api/resources.ts';
import { searchOf } from '../api/url.ts';
import { count, percent } from '../format.ts';
import { toneOfStatus } from './badge.tsx';

type Props = { byStatus: Stats['by_status']; subscriptionId?: string };

export function StatusOverview({ byStatus, subscriptionId }: Props) {
  const total = deliveryStatuses.reduce((sum, status) => sum + byStatus[status], 0);
  const share = (status: DeliveryStatus) => (100 * byStatus[status]) / total;
  const hrefOf = (status: string) =>
    `deliveries${searchOf({ status, subscription_id: subscriptionId })}`;
  return (
    <div>
      <div class="overview-bar" aria-hidden="true">
        {deliveryStatuses
          .filter((status) => byStatus[status] > 0)
          .map((status) => (
            <span
              key={status}
              class={toneOfStatus[status]}
              style={{ flexGrow: byStatus[status] }}
              title={`${status}: ${count(byStatus[status])} (${percent(share(status))})`}
            />
          ))}
      </div>
      <ul class="overview-counts">
        {deliveryStatuses.map((status) => (
          <li key={status}>
            <a href={hrefOf(status)}>
              <span class={`dot ${toneOfStatus[status]}`} aria-hidden="true" />
              <span>{status}</span> <strong>{count(byStatus[status])}</strong>
              {total > 0 && <span class="quiet">{percent(share(status))}</span>}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

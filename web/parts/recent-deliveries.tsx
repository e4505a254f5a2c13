// The latest deliveries, of all subscriptions or of one.
import { call } from '../api/client.ts';
import { searchOf } from '../api/url.ts';
import { useLive } from '../state/live.ts';
import { Card } from './card.tsx';
import { DeliveryTable } from './delivery-table.tsx';
import { Empty, Shown } from './states.tsx';

type Props = { limit: number; subscriptionId?: string };

export function RecentDeliveries({ limit, subscriptionId }: Props) {
  const live = useLive(`recent ${subscriptionId ?? ''} ${limit}`, (signal) =>
    call('listDeliveries', {
      query: { limit, ...(subscriptionId !== undefined && { subscription_id: subscriptionId }) },
      signal,
    }),
  );
  const all = `deliveries${searchOf({ subscription_id: subscriptionId })}`;
  return (
    <Card title="Recent deliveries" aside={<a href={all}>View all</a>}>
      <Shown live={live}>
        {({ deliveries }) =>
          deliveries.length === 0 ? (
            <Empty title="No deliveries found. Try sending a test webhook." />
          ) : (
            <DeliveryTable
              caption="Recent deliveries"
              deliveries={deliveries}
              withSubscription={subscriptionId === undefined}
            />
          )
        }
      </Shown>
    </Card>
  );
}

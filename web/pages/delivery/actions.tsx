// Retry, cancel, copy as a command.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { deliveryCommand } from '../../api/curl.ts';
import type { DeliveryDetail } from '../../api/resources.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { useAction } from '../../state/action.ts';
import { reloadLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';
import { may } from '../../state/session.ts';
import { useSubscriptions } from '../../state/subscriptions.ts';

type Props = { delivery: DeliveryDetail; lastTarget: string | null };

export function Actions({ delivery, lastTarget }: Props) {
  const [isCancelling, setCancelling] = useState(false);
  const action = useAction();
  const { id, status } = delivery;
  const isOpen = status === 'pending' || status === 'retrying' || status === 'parked';
  const retry = async () => {
    const { message } = await call('retryDelivery', { id });
    notify('good', message);
    reloadLive(`delivery ${id}`);
  };
  const cancel = async () => {
    const { message } = await call('cancelDelivery', { id });
    notify('good', message);
    reloadLive(`delivery ${id}`);
  };
  return (
    <>
      <CopyAsCurl delivery={delivery} lastTarget={lastTarget} />
      {may('admin') && !isOpen && (
        <button
          type="button"
          class="button primary"
          aria-disabled={action.isBusy}
          onClick={() => void action.run(retry)}
        >
          Retry
        </button>
      )}
      {may('admin') && isOpen && (
        <>
          <button
            type="button"
            class="button"
            aria-disabled={action.isBusy}
            onClick={() => void action.run(retry)}
          >
            Retry now
          </button>
          <button type="button" class="button danger" onClick={() => setCancelling(true)}>
            Cancel delivery
          </button>
        </>
      )}
      {isCancelling && (
        <Confirm
          title="Cancel this delivery?"
          verb="Cancel delivery"
          onClose={() => setCancelling(false)}
          act={cancel}
        >
          <p>It will not be sent again unless somebody retries it.</p>
        </Confirm>
      )}
    </>
  );
}

/** The last attempt's target, or the subscription's if there was none. */
function CopyAsCurl({ delivery, lastTarget }: Props) {
  const { data } = useSubscriptions(60_000);
  const own = data?.list.find(({ id }) => id === delivery.subscription_id)?.target_url;
  const targetUrl = lastTarget ?? own;
  if (targetUrl === undefined) return null;
  const command = deliveryCommand({ ...delivery, targetUrl });
  return <CopyButton text={command} what="the request as a curl command" label="Copy as curl" />;
}

// The result of the test: follows the delivery until it finishes.
import { call } from '../api/client.ts';
import { StatusBadge } from '../parts/badge.tsx';
import { Id } from '../parts/copy.tsx';
import { useLive } from '../state/live.ts';
import { may } from '../state/session.ts';
import { testDialog } from '../state/test-dialog.ts';
import type { Outcome } from './send-test.ts';

export function Result({ outcome }: { outcome: Outcome }) {
  if (outcome.kind === 'rejected') {
    return (
      <div class="warning">
        <strong>Event type rejected!</strong>
        <p>
          <bdi>{outcome.message}</bdi>
        </p>
      </div>
    );
  }
  const { deliveryId, message } = outcome;
  return (
    <div class="success">
      <p>
        <strong>
          <bdi>{message}</bdi>
        </strong>{' '}
        {may('read') && <Progress id={deliveryId} />}
      </p>
      <p>
        Delivery <Id id={deliveryId} />{' '}
        {may('read') && (
          <a href={`delivery/${deliveryId}`} onClick={testDialog.close}>
            View delivery details
          </a>
        )}
      </p>
    </div>
  );
}

function Progress({ id }: { id: string }) {
  const live = useLive(`test ${id}`, (signal) => call('getDelivery', { id, signal }), 1_000);
  return live.data ? <StatusBadge status={live.data.delivery.status} /> : null;
}

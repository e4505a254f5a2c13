// What can be done with a subscription: send a test, pause or resume, rotate the secret, edit, delete.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Subscription } from '../../api/resources.ts';
import { useAction } from '../../state/action.ts';
import { reloadLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';
import { may } from '../../state/session.ts';
import { reloadSubscriptions } from '../../state/subscriptions.ts';
import { testDialog } from '../../state/test-dialog.ts';
import { DeleteDialog } from '../subscriptions/delete-dialog.tsx';
import { RotateDialog } from './rotate-dialog.tsx';

export function Actions({ subscription }: { subscription: Subscription }) {
  const [dialog, setDialog] = useState<'delete' | 'rotate' | null>(null);
  const action = useAction();
  const { id, status } = subscription;
  const isActive = status === 'active';
  const change = async () => {
    await call('updateSubscription', { id, body: { status: isActive ? 'inactive' : 'active' } });
    notify('good', isActive ? 'Subscription paused' : 'Subscription resumed');
    reloadLive(`subscription ${id}`);
    reloadLive(`health ${id}`);
    reloadSubscriptions();
  };
  const close = () => setDialog(null);
  return (
    <>
      {may('publish') && (
        <button type="button" class="button" onClick={() => testDialog.open(id)}>
          Test
        </button>
      )}
      {may('admin') && (
        <>
          <button
            type="button"
            class="button"
            aria-disabled={action.isBusy}
            onClick={() => void action.run(change)}
          >
            {isActive ? 'Pause' : 'Resume'}
          </button>
          <button type="button" class="button" onClick={() => setDialog('rotate')}>
            Rotate secret
          </button>
          <a class="button" href={`subscriptions/${id}/edit`}>
            Edit
          </a>
          <button type="button" class="button danger" onClick={() => setDialog('delete')}>
            Delete
          </button>
        </>
      )}
      {dialog === 'delete' && <DeleteDialog subscription={subscription} onClose={close} />}
      {dialog === 'rotate' && <RotateDialog id={id} onClose={close} />}
    </>
  );
}

// What can be done with a subscription from the list.
import { useState } from 'preact/hooks';
import type { Subscription } from '../../api/resources.ts';
import { may } from '../../state/session.ts';
import { DeleteDialog } from './delete-dialog.tsx';

export function RowActions({ subscription }: { subscription: Subscription }) {
  const [isDeleting, setDeleting] = useState(false);
  const { id } = subscription;
  const name = subscription.name ?? subscription.target_url;
  if (!may('admin')) {
    return (
      <a class="button small" href={`subscriptions/${id}`}>
        View<span class="hidden"> {name}</span>
      </a>
    );
  }
  return (
    <div class="actions">
      <a class="button small" href={`subscriptions/${id}/edit`}>
        Edit<span class="hidden"> {name}</span>
      </a>
      <button type="button" class="button small danger" onClick={() => setDeleting(true)}>
        Delete<span class="hidden"> {name}</span>
      </button>
      {isDeleting && (
        <DeleteDialog subscription={subscription} onClose={() => setDeleting(false)} />
      )}
    </div>
  );
}

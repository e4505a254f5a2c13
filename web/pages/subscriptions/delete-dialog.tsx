// Deleting needs confirmation: it also cancels open deliveries.
import { call } from '../../api/client.ts';
import type { Subscription } from '../../api/resources.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { notify } from '../../state/notices.ts';
import { go, place } from '../../state/router.ts';
import { nameOf, reloadSubscriptions } from '../../state/subscriptions.ts';

type Props = { subscription: Subscription; onClose: () => void };

export function DeleteDialog({ subscription, onClose }: Props) {
  const name = nameOf(subscription);
  const remove = async () => {
    await call('deleteSubscription', { id: subscription.id });
    notify('good', `Subscription ${name} deleted`);
    reloadSubscriptions();
    if (place.peek().path !== '/subscriptions') go('/subscriptions');
  };
  return (
    <Confirm
      title="Delete this subscription?"
      verb="Delete subscription"
      onClose={onClose}
      act={remove}
    >
      <p>
        <strong>
          <bdi>{name}</bdi>
        </strong>{' '}
        will get no more events, and its open deliveries are cancelled. Its delivery log stays until
        it expires. This cannot be undone.
      </p>
    </Confirm>
  );
}

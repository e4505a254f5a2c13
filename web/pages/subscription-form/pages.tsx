// The pages that hold the form: a new subscription, and an edit.
import { useState } from 'preact/hooks';
import type { Body } from '../../api/calls.ts';
import { call } from '../../api/client.ts';
import { PageHead } from '../../parts/card.tsx';
import { Shown } from '../../parts/states.tsx';
import { reloadLive, useLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';
import { go } from '../../state/router.ts';
import { nameOf, reloadSubscriptions } from '../../state/subscriptions.ts';
import { SubscriptionForm } from './form.tsx';
import type { Fields } from './values.ts';

export function NewSubscription() {
  const save = async (fields: Fields) => {
    const { subscription } = await call('createSubscription', {
      body: fields as Body<'createSubscription'>,
    });
    notify('good', 'Subscription created');
    reloadSubscriptions();
    go(`/subscriptions/${subscription.id}`, 'replace');
  };
  return (
    <>
      <PageHead title="New subscription" back={{ href: 'subscriptions', title: 'Subscriptions' }} />
      <SubscriptionForm subscription={null} save={save} cancelHref="subscriptions" />
    </>
  );
}

export function EditSubscription({ id }: { id: string }) {
  const href = `subscriptions/${id}`;
  // Loaded once and for each visit: a form must not change under the hands of who fills it in.
  const [visit] = useState(() => Date.now());
  const live = useLive(
    `edit ${id} ${visit}`,
    (signal) => call('getSubscription', { id, signal }),
    0,
  );
  const save = async (fields: Fields) => {
    await call('updateSubscription', { id, body: fields });
    notify('good', 'Subscription saved');
    reloadSubscriptions();
    reloadLive(`subscription ${id}`);
    go(`/${href}`, 'replace');
  };
  return (
    <Shown live={live}>
      {({ subscription }) => (
        <>
          <PageHead title="Edit subscription" back={{ href, title: nameOf(subscription) }} />
          <SubscriptionForm
            key={subscription.updated_at}
            subscription={subscription}
            save={save}
            cancelHref={href}
          />
        </>
      )}
    </Shown>
  );
}

// API keys: created, shown once, revoked.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { ApiKey } from '../../api/resources.ts';
import { PageHead } from '../../parts/card.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { Id } from '../../parts/copy.tsx';
import { Empty, Shown } from '../../parts/states.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { Line } from '../../parts/text.tsx';
import { Time } from '../../parts/time.tsx';
import { reloadLive, useLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';
import { usesKeys } from '../../state/session.ts';
import { NewKeyDialog } from './new-key-dialog.tsx';

export function Keys() {
  const [isCreating, setCreating] = useState(false);
  const live = useLive('keys', (signal) => call('listApiKeys', { signal }), 10_000);
  return (
    <>
      <PageHead title="API keys">
        <button type="button" class="button primary" onClick={() => setCreating(true)}>
          Create API key
        </button>
      </PageHead>
      {!usesKeys.value && (
        <p class="quiet">
          API keys are off: every program on this machine may call. Keys take effect once{' '}
          <code>API_AUTH=on</code> is set.
        </p>
      )}
      <Shown live={live} rows={4}>
        {({ api_keys: keys }) =>
          keys.length === 0 ? (
            <Empty title="No API keys yet" />
          ) : (
            <section class="card" aria-label="API keys">
              <Table caption="API keys" columns={columns} rows={keys} keyOf={({ id }) => id} />
            </section>
          )
        }
      </Shown>
      {isCreating && <NewKeyDialog onClose={() => setCreating(false)} />}
    </>
  );
}

const columns: readonly Column<ApiKey>[] = [
  {
    title: 'Name',
    cell: ({ name }) => (name === null ? <span class="quiet">No name</span> : <Line text={name} />),
  },
  { title: 'Id', cell: ({ id }) => <Id id={id} /> },
  { title: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  { title: 'Created', cell: ({ created_at: at }) => <Time at={at} /> },
  { title: 'Actions', side: 'end', cell: (key) => <Revoke apiKey={key} /> },
];

function Revoke({ apiKey: { id, name } }: { apiKey: ApiKey }) {
  const [isAsking, setAsking] = useState(false);
  const shown = name ?? id;
  const revoke = async () => {
    await call('deleteApiKey', { id });
    notify('good', `API key ${shown} revoked`);
    reloadLive('keys');
  };
  return (
    <>
      <button type="button" class="button small danger" onClick={() => setAsking(true)}>
        Revoke<span class="hidden"> {shown}</span>
      </button>
      {isAsking && (
        <Confirm
          title="Revoke this API key?"
          verb="Revoke key"
          onClose={() => setAsking(false)}
          act={revoke}
        >
          <p>
            <strong>
              <bdi>{shown}</bdi>
            </strong>{' '}
            is refused everywhere within 30 seconds. This cannot be undone.
          </p>
        </Confirm>
      )}
    </>
  );
}

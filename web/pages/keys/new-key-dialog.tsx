// A new key. Its text is shown once and can never be read again.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import type { Scope } from '../../api/resources.ts';
import { Dialog, DialogFoot } from '../../parts/dialog.tsx';
import { CheckField, TextField, fieldError } from '../../parts/field.tsx';
import { FailureBox } from '../../parts/states.tsx';
import { Code } from '../../parts/text.tsx';
import { useAction } from '../../state/action.ts';
import { reloadLive } from '../../state/live.ts';

const scopes: readonly (readonly [Scope, string])[] = [
  ['read', 'read: sees subscriptions, deliveries and counters'],
  ['publish', 'publish: sends events'],
  ['admin', 'admin: everything, including keys'],
];

export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly Scope[]>(['read']);
  const [text, setText] = useState<string>();
  const action = useAction({ quiet: true });
  const isReady = chosen.length > 0 && !action.isBusy;
  const create = async () => {
    const trimmed = name.trim();
    const body = { name: trimmed === '' ? null : trimmed, scopes: [...chosen] };
    const { key } = await call('createApiKey', { body });
    setText(key);
    reloadLive('keys');
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (isReady) void action.run(create);
  };
  if (text !== undefined) return <Created text={text} onClose={onClose} />;
  return (
    <Dialog title="Create API key" onClose={onClose}>
      <form onSubmit={submit}>
        <div class="dialog-body">
          <TextField
            label="Name"
            placeholder="Its purpose"
            maxLength={100}
            value={name}
            onValue={setName}
            error={fieldError(action.error, '/name')}
          />
          <fieldset>
            <legend>Scopes</legend>
            {scopes.map(([scope, title]) => (
              <CheckField
                key={scope}
                label={title}
                isOn={chosen.includes(scope)}
                onChange={(isOn) =>
                  setChosen(isOn ? [...chosen, scope] : chosen.filter((one) => one !== scope))
                }
              />
            ))}
          </fieldset>
          {action.error !== undefined && <FailureBox error={action.error} />}
        </div>
        <DialogFoot onCancel={onClose}>
          <button type="submit" class="button primary" aria-disabled={!isReady}>
            {action.isBusy ? 'Creating…' : 'Create'}
          </button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

function Created({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <Dialog title="API key created" onClose={onClose}>
      <div class="dialog-body" role="status">
        <p>It is shown only this once. Copy it now:</p>
        <Code text={text} label="New API key" copyWhat="API key" />
      </div>
      <div class="dialog-foot">
        <button type="button" class="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

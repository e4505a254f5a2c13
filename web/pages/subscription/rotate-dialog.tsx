// A new secret: made by the service and shown once, or given. The earlier one signs on for a while.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { ChoiceField, SecretField, fieldError } from '../../parts/field.tsx';
import { FailureBox } from '../../parts/states.tsx';
import { Code } from '../../parts/text.tsx';
import { useAction } from '../../state/action.ts';
import { reloadLive } from '../../state/live.ts';

const overlaps = [
  ['0', 'Ends now'],
  ['3600', 'One hour'],
  ['86400', 'One day'],
  ['604800', 'Seven days'],
] as const;

export function RotateDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const [type, setType] = useState('hmac');
  const [overlap, setOverlap] = useState('86400');
  const [done, setDone] = useState<{ secret: string | null }>();
  const action = useAction({ quiet: true });
  const given = secret.trim();
  const rotate = async () => {
    const answer = await call('rotateSecret', {
      id,
      body: {
        overlap_seconds: Number(overlap),
        ...(given === '' ? { type: type === 'ed25519' ? 'ed25519' : 'hmac' } : { secret: given }),
      },
    });
    setDone({ secret: answer.secret });
    reloadLive(`subscription ${id}`);
  };
  const submit = (event: Event) => {
    event.preventDefault();
    void action.run(rotate);
  };
  if (done) return <Rotated secret={done.secret} onClose={onClose} />;
  return (
    <Dialog title="Rotate the secret" onClose={onClose}>
      <form onSubmit={submit}>
        <div class="dialog-body">
          <SecretField
            label="New secret"
            placeholder="Leave empty to have one made"
            value={secret}
            onValue={setSecret}
            error={fieldError(action.error, '/secret')}
          />
          {given === '' && (
            <ChoiceField
              label="What is made"
              value={type}
              onValue={setType}
              options={[
                ['hmac', 'A secret to share with the receiver'],
                ['ed25519', 'A key pair; the receiver reads the public key here'],
              ]}
            />
          )}
          <ChoiceField
            label="The earlier secret signs on for"
            value={overlap}
            onValue={setOverlap}
            options={overlaps}
          />
          {action.error !== undefined && <FailureBox error={action.error} />}
        </div>
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button primary" aria-disabled={action.isBusy}>
            {action.isBusy ? 'Rotating…' : 'Rotate'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Rotated({ secret, onClose }: { secret: string | null; onClose: () => void }) {
  return (
    <Dialog title="The secret is rotated" onClose={onClose}>
      <div class="dialog-body" role="status">
        {secret === null ? (
          <p>The new secret signs from now on.</p>
        ) : (
          <>
            <p>This is the only time that it is shown. Copy it now:</p>
            <Code text={secret} label="New secret" copyWhat="secret" />
          </>
        )}
      </div>
      <div class="dialog-foot">
        <button type="button" class="button primary" onClick={onClose}>
          Done
        </button>
      </div>
    </Dialog>
  );
}

// Asks for confirmation before irreversible actions, and says what will happen.
import type { ComponentChildren } from 'preact';
import { useAction } from '../state/action.ts';
import { Dialog, DialogFoot } from './dialog.tsx';
import { FailureBox } from './states.tsx';

type ConfirmProps = {
  title: string;
  verb: string;
  onClose: () => void;
  act: () => Promise<unknown>;
  children: ComponentChildren;
};

export function Confirm({ title, verb, onClose, act, children }: ConfirmProps) {
  const action = useAction({ quiet: true });
  const confirm = async () => {
    if (await action.run(act)) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">
        {children}
        {action.error !== undefined && <FailureBox error={action.error} />}
      </div>
      <DialogFoot onCancel={onClose}>
        <button
          type="button"
          class="button danger"
          aria-disabled={action.isBusy}
          onClick={() => void confirm()}
        >
          {action.isBusy ? 'One moment…' : verb}
        </button>
      </DialogFoot>
    </Dialog>
  );
}

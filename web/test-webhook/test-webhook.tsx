import { Dialog } from '../parts/dialog.tsx';
import { testDialog } from '../state/test-dialog.ts';

export function TestWebhook() {
  return (
    <Dialog title="Send test webhook" onClose={testDialog.close}>
      <div class="dialog-body" />
    </Dialog>
  );
}

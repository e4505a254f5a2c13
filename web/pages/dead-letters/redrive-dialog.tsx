// Resends outstanding dead letters, at a pace: as many as one call takes, since a second call would
// double the pace.
import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { count } from '../../format.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { TextField } from '../../parts/field.tsx';
import { reloadLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';

export function RedriveDialog({ onClose }: { onClose: () => void }) {
  const [perSecond, setPerSecond] = useState('10');
  const redrive = async () => {
    const body = { per_second: Number(perSecond) };
    const { redriven, next_cursor: cursor } = await call('redriveDeadLetters', { body });
    const more = cursor === null ? '' : '; there are more: go on when these are through';
    notify('good', `${count(redriven)} messages are sent again${more}`);
    reloadLive('dead letters');
  };
  return (
    <Confirm title="Resend dead letters?" verb="Resend" onClose={onClose} act={redrive}>
      <p>Each message that was not resent goes back to the queue once.</p>
      <TextField
        label="Messages per second"
        type="number"
        value={perSecond}
        onValue={setPerSecond}
      />
    </Confirm>
  );
}

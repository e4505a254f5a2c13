// Recovers what the queue lost: first a dry run that counts it, then the recovery, call by call
// until done.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { count } from '../../format.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { TextField } from '../../parts/field.tsx';
import { reloadLive } from '../../state/live.ts';
import { notify } from '../../state/notices.ts';

type Found = { overdue: number; jobs: number };

/** Everything overdue; in a dry run, everything that would be recovered. */
async function recoverAll(
  wish: { dry_run: boolean; per_second?: number },
  onProgress: (found: Found) => void,
): Promise<Found> {
  const found: Found = { overdue: 0, jobs: 0 };
  let cursor: string | null = null;
  do {
    const answer: { overdue: number; jobs: string[]; next_cursor: string | null } = await call(
      'recoverLedger',
      { body: { ...wish, cursor } },
    );
    found.overdue += answer.overdue;
    found.jobs += answer.jobs.length;
    cursor = answer.next_cursor;
    onProgress({ ...found });
  } while (cursor !== null);
  return found;
}

export function RecoverDialog({ onClose }: { onClose: () => void }) {
  const [found, setFound] = useState<Found | null>(null);
  const [progress, setProgress] = useState<Found | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [perSecond, setPerSecond] = useState('100');

  useEffect(() => {
    recoverAll({ dry_run: true }, () => {}).then(setFound, (error: unknown) => {
      setFailure(error instanceof Error ? error.message : String(error));
    });
  }, []);

  const recover = async () => {
    const wish = { dry_run: false, per_second: Number(perSecond) };
    const { overdue, jobs } = await recoverAll(wish, setProgress);
    notify('good', `${count(overdue)} deliveries and ${count(jobs)} jobs are queued again`);
    reloadLive('ledger');
  };

  return (
    <Confirm title="Recover what the queue lost?" verb="Recover" onClose={onClose} act={recover}>
      <p>
        Use this after the queue was emptied or the table restored. If the queue is merely late,
        deliveries may be attempted twice.
      </p>
      <p role="status">{failure ?? sentenceOf(found, progress)}</p>
      <TextField
        label="Deliveries per second"
        type="number"
        value={perSecond}
        onValue={setPerSecond}
      />
    </Confirm>
  );
}

function sentenceOf(found: Found | null, progress: Found | null): string {
  if (progress !== null) return `${count(progress.overdue)} deliveries asked for so far …`;
  if (found === null) return 'Counting what is more than a minute late…';
  const { overdue, jobs } = found;
  if (overdue === 0 && jobs === 0) return 'Nothing is more than a minute late.';
  return `${count(overdue)} deliveries are late by more than a minute, and ${count(jobs)} jobs stand still.`;
}

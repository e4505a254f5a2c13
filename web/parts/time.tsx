// Times in the viewer's zone; the title has UTC.
import { signal } from '@preact/signals';
import { localDate, localTime, nothing, relativeTime, utcTime } from '../format.ts';

/** One clock for the page: every relative time moves with it. */
const now = signal(Date.now());
setInterval(() => {
  if (!document.hidden) now.value = Date.now();
}, 1_000);

type Props = { at: string | null; how?: 'full' | 'date' | 'relative' };

export function Time({ at, how = 'full' }: Props) {
  if (at === null) return <span class="quiet">{nothing}</span>;
  return (
    <time
      dateTime={at}
      title={how === 'relative' ? `${localTime(at)} · ${utcTime(at)}` : utcTime(at)}
    >
      {textOf(at, how)}
    </time>
  );
}

function textOf(at: string, how: NonNullable<Props['how']>): string {
  if (how === 'relative') return relativeTime(at, now.value);
  return how === 'date' ? localDate(at) : localTime(at);
}

// Short results shown to everyone, screen readers included: "Subscription deleted".
import { signal } from '@preact/signals';

export type Notice = {
  id: number;
  kind: 'good' | 'bad';
  text: string;
  href?: string;
  link?: string;
};

const shownMs = 6_000;
let count = 0;

export const notices = signal<readonly Notice[]>([]);

export function notify(
  kind: Notice['kind'],
  text: string,
  more: { href?: string; link?: string } = {},
): void {
  count += 1;
  const id = count;
  notices.value = [...notices.value, { id, kind, text, ...more }].slice(-4);
  // A failure stays until it is read.
  if (kind === 'good') setTimeout(() => dismiss(id), shownMs);
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

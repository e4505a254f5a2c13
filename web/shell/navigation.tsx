// The pages that the key allows.
import type { IconName } from '../parts/icon.tsx';
import { Icon } from '../parts/icon.tsx';
import type { Scope } from '../api/resources.ts';
import { hasInbox } from '../state/inbox.ts';
import { place } from '../state/router.ts';
import { may } from '../state/session.ts';

type Entry = {
  path: string;
  title: string;
  icon: IconName;
  scope: Scope;
  /** Paths that belong to it besides those starting with its own. */
  also?: string;
};

const entries: readonly Entry[] = [
  { path: '/', title: 'Dashboard', icon: 'dashboard', scope: 'read' },
  { path: '/subscriptions', title: 'Subscriptions', icon: 'subscriptions', scope: 'read' },
  {
    path: '/deliveries',
    title: 'Deliveries',
    icon: 'deliveries',
    scope: 'read',
    also: '/delivery/',
  },
  { path: '/replays', title: 'Replays', icon: 'replays', scope: 'read' },
  { path: '/ledger', title: 'Ledger', icon: 'ledger', scope: 'read' },
  { path: '/dead-letters', title: 'Dead letters', icon: 'dead', scope: 'admin' },
  { path: '/event-types', title: 'Event types', icon: 'types', scope: 'read' },
  { path: '/keys', title: 'API keys', icon: 'keys', scope: 'admin' },
  { path: '/reference', title: 'API reference', icon: 'reference', scope: 'read' },
  { path: '/settings', title: 'Settings', icon: 'settings', scope: 'read' },
];

const inbox: Entry = { path: '/inbox', title: 'Inbox', icon: 'inbox', scope: 'read' };

export function Navigation({ isOpen }: { isOpen: boolean }) {
  const shown = [...entries, ...(hasInbox ? [inbox] : [])].filter(({ scope }) => may(scope));
  return (
    <nav id="navigation" class={isOpen ? 'open' : ''} aria-label="Pages">
      <ul>
        {shown.map((entry) => (
          <li key={entry.path}>
            <a href={entry.path.slice(1)} aria-current={isCurrent(entry) ? 'page' : undefined}>
              <Icon name={entry.icon} />
              {entry.title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function isCurrent({ path, also }: Entry): boolean {
  const current = place.value.path;
  if (path === '/') return current === '/';
  if (also !== undefined && current.startsWith(also)) return true;
  return current === path || current.startsWith(`${path}/`);
}

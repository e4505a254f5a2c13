// Which page the frame shows: by session first, then by path.
import type { ComponentType } from 'preact';
import { useEffect } from 'preact/hooks';
import { Deliveries } from './pages/deliveries/deliveries.tsx';
import { Delivery } from './pages/delivery/delivery.tsx';
import { DeadLetters } from './pages/dead-letters/dead-letters.tsx';
import { EventTypesPage } from './pages/event-types.tsx';
import { InboxPage } from './pages/inbox/inbox.tsx';
import { Keys } from './pages/keys/keys.tsx';
import { Ledger } from './pages/ledger/ledger.tsx';
import { Reference } from './pages/reference/reference.tsx';
import { Replay } from './pages/replays/replay.tsx';
import { Replays } from './pages/replays/replays.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { Dashboard } from './pages/dashboard/dashboard.tsx';
import { NotAllowed, NotFound } from './pages/not-found.tsx';
import { SignIn } from './pages/sign-in.tsx';
import type { Scope } from './api/resources.ts';
import { EditSubscription, NewSubscription } from './pages/subscription-form/pages.tsx';
import { Subscription } from './pages/subscription/subscription.tsx';
import { Subscriptions } from './pages/subscriptions/subscriptions.tsx';
import { Loading, FailureBox } from './parts/states.tsx';
import { Frame } from './shell/frame.tsx';
import { hasInbox } from './state/inbox.ts';
import { matchPath, place } from './state/router.ts';
import { may, session, startSession } from './state/session.ts';

type Page = {
  path: string;
  title: string;
  show: ComponentType<{ id: string }>;
  /** What a key needs to see it; `read` where absent. */
  scope?: Scope;
};

const pages: readonly Page[] = [
  { path: '/', title: 'Dashboard', show: Dashboard },
  { path: '/subscriptions', title: 'Subscriptions', show: Subscriptions },
  { path: '/subscriptions/new', title: 'New subscription', show: NewSubscription, scope: 'admin' },
  { path: '/subscriptions/{id}', title: 'Subscription', show: Subscription },
  {
    path: '/subscriptions/{id}/edit',
    title: 'Edit subscription',
    show: EditSubscription,
    scope: 'admin',
  },
  { path: '/deliveries', title: 'Deliveries', show: Deliveries },
  { path: '/deliveries/{id}', title: 'Deliveries', show: Deliveries },
  { path: '/delivery/{id}', title: 'Delivery', show: Delivery },
  { path: '/replays', title: 'Replays', show: Replays },
  { path: '/replays/{id}', title: 'Replay', show: Replay },
  { path: '/ledger', title: 'Ledger', show: Ledger },
  { path: '/dead-letters', title: 'Dead letters', show: DeadLetters, scope: 'admin' },
  { path: '/event-types', title: 'Event types', show: EventTypesPage },
  { path: '/keys', title: 'API keys', show: Keys, scope: 'admin' },
  { path: '/settings', title: 'Settings', show: SettingsPage },
  { path: '/reference', title: 'API reference', show: Reference },
  ...(hasInbox ? [{ path: '/inbox', title: 'Inbox', show: InboxPage }] : []),
];

export function App() {
  const { path } = place.value;
  const found = pages.find((page) => matchPath(page.path, path) !== null);
  const title = found?.title ?? 'Not found';
  const { state } = session.value;
  useEffect(() => {
    document.title = `${state === 'signed-out' ? 'Sign in' : title} · Webhook delivery`;
  }, [title, state]);
  if (state === 'signed-out') return <SignIn why={session.value.why} />;
  return (
    <Frame title={title}>
      <Content page={found} path={path} />
    </Frame>
  );
}

function Content({ page, path }: { page: Page | undefined; path: string }) {
  const current = session.value;
  if (current.state === 'starting') return <Loading rows={4} />;
  if (current.state === 'unreachable') {
    return <FailureBox error={current.error} onRetry={() => void startSession()} />;
  }
  if (page === undefined) return <NotFound />;
  const { show: Show, scope = 'read' } = page;
  if (!may(scope)) return <NotAllowed scope={scope} />;
  // Another id is another page: nothing of the previous one may remain.
  return <Show key={path} id={matchPath(page.path, path)?.['id'] ?? ''} />;
}

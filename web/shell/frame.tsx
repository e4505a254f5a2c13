// The frame of every page: navigation, header with global actions, and notices.
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icon.tsx';
import { place } from '../state/router.ts';
import { may, session, signOut, usesKeys } from '../state/session.ts';
import { testDialog } from '../state/test-dialog.ts';
import { TestWebhook } from '../test-webhook/test-webhook.tsx';
import { Navigation } from './navigation.tsx';
import { Notices } from './notices.tsx';
import { ThemeButton } from './theme-button.tsx';

export function Frame({ title, children }: { title: string; children: ComponentChildren }) {
  const [isMenuOpen, setMenuOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { path } = place.value;
  useArrival(path, main);
  useEffect(() => setMenuOpen(false), [path]);
  return (
    <div class="frame">
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="bar">
        <button
          type="button"
          class="icon-button menu-button"
          aria-expanded={isMenuOpen}
          aria-controls="navigation"
          onClick={() => setMenuOpen(!isMenuOpen)}
        >
          <Icon name={isMenuOpen ? 'close' : 'menu'} />
          <span class="hidden">Menu</span>
        </button>
        <a class="brand" href="./">
          <BrandMark />
          Webhook delivery
        </a>
        <div class="bar-end">
          {session.value.state === 'ready' && may('publish') && (
            <button type="button" class="button primary" onClick={() => testDialog.open(null)}>
              <Icon name="send" />
              <span>
                Send test<span class="wide-only"> webhook</span>
              </span>
            </button>
          )}
          <ThemeButton />
          {usesKeys.value && (
            <button type="button" class="button" onClick={signOut}>
              Sign out
            </button>
          )}
        </div>
      </header>
      <Navigation isOpen={isMenuOpen} />
      <main ref={main} tabIndex={-1} aria-label={title}>
        {children}
      </main>
      <Notices />
      {testDialog.isOpen.value && <TestWebhook />}
    </div>
  );
}

/** Another page: a screen reader starts at its content, as after a page load. */
function useArrival(path: string, main: { current: HTMLElement | null }): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [path]);
}

function BrandMark() {
  return (
    <svg class="brand-mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M8 10l4 12 4-9 4 9 4-12" />
    </svg>
  );
}

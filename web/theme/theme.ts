// Light or dark: the system's theme unless the person chose. The choice stays in this browser.
import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'theme';

export const theme = signal<Theme>(keptTheme());

const systemDark = matchMedia('(prefers-color-scheme: dark)');
const isSystemDark = signal(systemDark.matches);
systemDark.addEventListener('change', ({ matches }) => (isSystemDark.value = matches));

export function keptTheme(): Theme {
  try {
    const kept = localStorage.getItem(storageKey);
    return kept === 'light' || kept === 'dark' ? kept : 'system';
  } catch {
    return 'system'; // A browser may refuse storage.
  }
}

export function chooseTheme(chosen: Theme): void {
  theme.value = chosen;
  showTheme(chosen);
  try {
    if (chosen === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, chosen);
  } catch {
    // It then lasts only as long as the page.
  }
}

export function showTheme(chosen: Theme): void {
  if (chosen === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
}

/** The effective theme, including the system's preference. */
export function isDark(): boolean {
  return theme.value === 'system' ? isSystemDark.value : theme.value === 'dark';
}

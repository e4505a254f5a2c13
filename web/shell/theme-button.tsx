import { Icon } from '../parts/icon.tsx';
import type { Theme } from '../theme/theme.ts';
import { chooseTheme, theme } from '../theme/theme.ts';

const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;

export function ThemeButton() {
  const current = theme.value;
  return (
    <button
      type="button"
      class="icon-button"
      title={`Theme: ${current}`}
      onClick={() => chooseTheme(next[current])}
    >
      <Icon name={icons[current]} />
      <span class="hidden">
        Theme: {current}. Switch to {next[current]}
      </span>
    </button>
  );
}

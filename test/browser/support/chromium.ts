// Debian's Chromium, never a download: CHROMIUM names another one.
import type { BrowserContextOptions, LaunchOptions } from 'playwright-core';

export const launchOptions: LaunchOptions = {
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  // Small machines and containers have little shared memory.
  args: ['--disable-dev-shm-usage', '--disable-gpu'],
};

export type Scheme = 'light' | 'dark';

export const schemes = ['light', 'dark'] as const satisfies readonly Scheme[];
export const widths = [390, 1440] as const;

export const sizeOf = (width: number) => ({ width, height: width < 600 ? 844 : 900 });

/** Every run sees the same words and times, wherever it runs. */
export const contextOptions: BrowserContextOptions = {
  locale: 'en-US',
  timezoneId: 'UTC',
  viewport: sizeOf(1440),
  reducedMotion: 'reduce',
};

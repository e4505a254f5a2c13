// Runs before the first paint, so that the wrong theme never flashes. It is small: it imports
// nothing from the page.
let chosen: string | null = null;
try {
  chosen = localStorage.getItem('theme');
} catch {
  // A browser may refuse storage: use the system's theme.
}
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;

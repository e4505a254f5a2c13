// Runs before the first paint, so that a chosen theme does not flash up in the other one. It is small: nothing of the
// page is imported here.
let chosen: string | null = null;
try {
  chosen = localStorage.getItem('theme');
} catch {
  // A browser may refuse storage: the system's theme it is.
}
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;

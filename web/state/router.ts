// Which page is shown: the path and query of the URL, as signals. Links are plain `<a href>`, relative to the base.
import { signal } from '@preact/signals';

export type Place = { path: string; query: URLSearchParams };

const base = new URL(document.baseURI).pathname;

export const place = signal<Place>(read());

function read(): Place {
  const { pathname, search } = window.location;
  const path = pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : '/';
  return {
    path: path === '/' ? path : path.replace(/\/$/, ''),
    query: new URLSearchParams(search),
  };
}

/** `to` is a path of the console such as `/keys`. */
export function hrefOf(to: string): string {
  return base + to.replace(/^\//, '');
}

export function go(to: string, how: 'push' | 'replace' = 'push'): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', hrefOf(to));
  const before = place.peek().path;
  place.value = read();
  if (place.peek().path !== before) window.scrollTo(0, 0);
}

/** Changes query parameters; an empty value removes one. */
export function setQuery(
  changes: Readonly<Record<string, string>>,
  how: 'push' | 'replace' = 'replace',
): void {
  const { path, query } = place.peek();
  const changed = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') changed.delete(name);
    else changed.set(name, value);
  }
  go(changed.size === 0 ? path : `${path}?${changed.toString()}`, how);
}

/** The parameters of a path such as `/subscriptions/{id}`; null if the path differs. */
export function matchPath(template: string, path: string): Record<string, string> | null {
  const parts = template.split('/');
  const segments = path.split('/');
  if (parts.length !== segments.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = decoded(segment);
    else if (part !== segment) return null;
  }
  return params;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** Same-origin paths that are not pages. */
const notPages = /^\/(api\/|dev\/|openapi\.json$)/;

/** Console links navigate in place; all others, and new-tab clicks, are left to the browser. */
function follow(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest('a') ?? null;
  if (link === null || event.defaultPrevented || !isPlain(event)) return;
  const path = pageOf(link);
  if (path === null) return;
  event.preventDefault();
  go(`${path}${link.search}`);
}

function isPlain({ button, metaKey, ctrlKey, shiftKey, altKey }: MouseEvent): boolean {
  return button === 0 && ![metaKey, ctrlKey, shiftKey, altKey].includes(true);
}

function pageOf(link: HTMLAnchorElement): string | null {
  if (!link.hasAttribute('href') || link.target !== '' || link.hasAttribute('download'))
    return null;
  if (link.origin !== window.location.origin || !link.pathname.startsWith(base)) return null;
  const path = `/${link.pathname.slice(base.length)}`;
  return notPages.test(path) ? null : path;
}

export function startRouter(): void {
  document.addEventListener('click', follow);
  window.addEventListener('popstate', () => (place.value = read()));
}

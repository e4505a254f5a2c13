// Addresses of the API. All are relative to the page's base, since a stage may precede them.

/** Empty and absent values are omitted. */
export function searchOf(query: Readonly<Record<string, unknown>>): string {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  );
  const search = new URLSearchParams(
    given.map(([name, value]): [string, string] => [name, String(value)]),
  );
  return search.size === 0 ? '' : `?${search.toString()}`;
}

/** `GET /api/delivery/{id}` with its id and query, without the slash at the start. */
export function pathOf(
  line: string,
  input: { id?: string; query?: Readonly<Record<string, unknown>> },
): { method: string; path: string } {
  const [method = '', template = ''] = line.split(' ');
  const path = template.replace('{id}', encodeURIComponent(input.id ?? '')).slice(1);
  return { method, path: `${path}${searchOf(input.query ?? {})}` };
}

// A bounded map that evicts its oldest entry.

export function rememberLatest<Value>(
  map: Map<string, Value>,
  key: string,
  { value, most }: { value: Value; most: number },
): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > most && oldest !== undefined) map.delete(oldest);
}

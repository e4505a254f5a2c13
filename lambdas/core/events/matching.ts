// Which events a subscription wants. An entry is an exact type, `order.*` (every type that starts
// with `order.`), or `*`. No entries accept everything.

export function wantsEvent(
  eventTypes: readonly string[] | null,
  eventType: string | null,
  untypedEvents: 'deliver' | 'reject',
): boolean {
  if (eventTypes === null || eventTypes.length === 0) return true;
  if (eventType === null) return untypedEvents === 'deliver' || eventTypes.includes('*');
  return eventTypes.some((entry) => matchesEntry(entry, eventType));
}

function matchesEntry(entry: string, eventType: string): boolean {
  if (entry === '*' || entry === eventType) return true;
  return entry.endsWith('.*') && eventType.startsWith(entry.slice(0, -1));
}

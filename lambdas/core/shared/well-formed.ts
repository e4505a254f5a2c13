// Whether texts can be stored and shown as they are. A lone half of a surrogate pair becomes another character on its way
// through UTF-8.

/**
 * The path of the first text, or name of a member, that is no well-formed Unicode, or is a name that objects here could
 * not keep; null where all are fine.
 *
 * @param except a member that is not looked into
 */
export function illFormedAt(value: unknown, except?: string): PropertyKey[] | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : [];
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, member] of Object.entries(value)) {
    if (!name.isWellFormed() || name === '__proto__') return [name.toWellFormed()];
    const inside = name === except ? null : illFormedAt(member);
    if (inside !== null) return [name, ...inside];
  }
  return null;
}

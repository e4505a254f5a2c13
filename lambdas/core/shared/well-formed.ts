// Whether texts can be stored and shown unchanged. A lone surrogate becomes another character when
// encoded as UTF-8.

/**
 * The path of the first text or member name that is not well-formed Unicode, or is a name that our
 * objects could not keep; null if all are fine.
 *
 * @param except a member that is not examined
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

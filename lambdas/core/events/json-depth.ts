// How deep JSON may be nested. JSON.parse takes any depth, but code that recurses over the result
// would overflow the stack.

/** True when arrays and objects are nested more than `depthMax` deep. */
export function exceedsDepth(value: unknown, depthMax: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (depthMax === 0) return true;
  return Object.values(value).some((member) => exceedsDepth(member, depthMax - 1));
}

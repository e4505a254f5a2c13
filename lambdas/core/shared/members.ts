// Members of untrusted JSON: anything but an object has none.

export type Members = Readonly<Record<string, unknown>>;

export function membersOf(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {};
}

export function parsedMembers(json: Uint8Array): Members {
  try {
    return membersOf(JSON.parse(new TextDecoder().decode(json)));
  } catch {
    return {};
  }
}

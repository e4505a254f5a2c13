// What answers at a URL.
export async function isAnswering(url: string): Promise<boolean> {
  try {
    await fetch(url, { signal: AbortSignal.timeout(2_000) });
    return true;
  } catch {
    return false;
  }
}

/** Its free edition has no HTTP APIs, keeps schedules without ever firing one, and parses some bodies before it passes them on. */
export async function isLocalStack(url: string): Promise<boolean> {
  const reply = await fetch(`${url}/_localstack/health`);
  const health: unknown = await reply.json().catch(() => null);
  return typeof health === 'object' && health !== null && 'edition' in health;
}

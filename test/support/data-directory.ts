// A directory for a test's data, outside the repository.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export function aDataDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'webhook-delivery-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

import { createHash } from 'node:crypto';

/** SHA-256 in hex: stands for what is long, or a stranger's. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

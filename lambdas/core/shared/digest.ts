import { createHash } from 'node:crypto';

/** SHA-256 in hex: stands in for long or untrusted text. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

// A secret that comes back as its mask.
import { secretMask } from '../../contract/signing/secret-mask.ts';
import { invalidField } from '../shared/service-error.ts';

/** The secret to store: the mask means the stored one. */
export function unmaskedSecret(given: string, stored: string | null, pointer: string): string {
  if (given !== secretMask) return given;
  if (stored !== null) return stored;
  throw invalidField(
    pointer,
    'must be the actual secret: none is stored, or only for another host',
  );
}

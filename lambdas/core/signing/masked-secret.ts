// A secret that comes back as the mask that the API shows for it.
import { secretMask } from '../../contract/signing/secret-mask.ts';
import { invalidField } from '../shared/service-error.ts';

/** The secret to store: the mask means what is stored already. */
export function keptSecret(given: string, stored: string | null, pointer: string): string {
  if (given !== secretMask) return given;
  if (stored !== null) return stored;
  throw invalidField(
    pointer,
    'must be the secret itself: none is stored for it, or only for another host',
  );
}

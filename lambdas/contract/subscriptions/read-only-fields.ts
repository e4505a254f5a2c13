// Members of a subscription that the service alone sets.
import * as z from 'zod';

/** What a client reads and may send back as it is: it changes nothing. */
const readOnly = z.unknown().meta({ readOnly: true, description: 'Read-only: ignored' });

export const readOnlyFields = {
  id: readOnly,
  public_key: readOnly,
  previous_secrets: readOnly,
  inactive_reason: readOnly,
  health: readOnly,
  created_at: readOnly,
  updated_at: readOnly,
};

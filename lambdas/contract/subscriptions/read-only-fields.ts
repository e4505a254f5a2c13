// Members of a subscription that only the service sets.
import * as z from 'zod';

/** What a client reads and may send back: it has no effect. */
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

// The form of a URL that events are sent to. Whether it may be asked is judged in core/endpoints/target-url.ts.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

export const targetUrl = z
  .string()
  .min(1)
  .max(limits.targetUrlLengthMax)
  .meta({
    // Told, not checked: whatever is wrong with a URL is one problem with a code of its own.
    shownAs: { pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?][^#]*)?$' },
    description:
      'An https URL (http where the deployment allows it) of a host in the public DNS, or of one that the ' +
      'deployment allows by name, without credentials or a fragment; any other text is a 422 `unsafe-target-url`',
  });

// The form of a target URL. Whether it may be called is judged in core/endpoints/target-url.ts.
import * as z from 'zod';
import { limits } from '../limits/limits.ts';

export const targetUrl = z
  .string()
  .min(1)
  .max(limits.targetUrlLengthMax)
  .meta({
    // Documented, not checked: any fault in a URL is one problem with its own code.
    shownAs: { pattern: '^[Hh][Tt][Tt][Pp][Ss]?://[^/?#@]+([/?][^#]*)?$' },
    description:
      'An https URL (http where the deployment allows it) of a host in the public DNS, or of one that the ' +
      'deployment allows by name, without credentials or a fragment; any other text is a 422 `unsafe-target-url`',
  });

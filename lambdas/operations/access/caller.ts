// The caller. Null without an API key: only ingest proceeds then, authenticated by the
// subscription's signature.
import type { Scope } from '../../core/access/api-key.ts';

export type Caller = {
  tenant: string;
  scopes: readonly Scope[];
  /** Null where authentication is off. */
  keyId: string | null;
};

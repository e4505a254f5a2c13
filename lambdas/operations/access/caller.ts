// Who asks. Null where a request came without an API key: only ingest goes on then, by the subscription's signature.
import type { Scope } from '../../core/access/api-key.ts';

export type Caller = {
  tenant: string;
  scopes: readonly Scope[];
  /** Null where authentication is off. */
  keyId: string | null;
};

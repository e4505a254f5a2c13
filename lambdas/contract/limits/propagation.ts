// How long a change of a subscription takes to be known everywhere.
import { limits } from './limits.ts';

/**
 * After this no function acts on its knowledge of a subscription from before a change: the change
 * is stored within a function's lifetime of its job's first send, a memo lives on for a while, and
 * its holder may work for another lifetime.
 */
export const propagationMs =
  limits.memoTtlMsMax + limits.commitWaitMaxMs + limits.deliverFunctionTimeoutMs;

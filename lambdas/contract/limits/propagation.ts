// How long a change of a subscription takes to be known everywhere.
import { limits } from './limits.ts';

/**
 * After this no function acts any more on what it knew of a subscription before a change: the change is stored within
 * a function's life of its job's first sending, a memo lives on for a while, and who holds it may work for another life.
 */
export const settledMs =
  limits.memoTtlMsMax + limits.commitWaitMaxMs + limits.deliverFunctionTimeoutMs;

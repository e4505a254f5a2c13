// How this process divides its file descriptors: incoming connections must not starve outgoing
// ones.
import { limits } from '../../lambdas/contract/limits/limits.ts';

export type Shares = {
  /** Concurrent incoming connections. */
  inbound: number;
  /** Concurrent connections to endpoints. */
  outbound: number;
};

/** Reserved for the data file and its companions, libraries and short-lived needs. */
const reserve = 50;

/** Half and half if scarce; otherwise outgoing gets all it wants, and incoming the rest. */
export function sharesOf(descriptors: number): Shares {
  const free = Math.max(2, descriptors - reserve);
  const outbound = Math.min(limits.socketsMax, Math.floor(free / 2));
  return { inbound: Math.min(free - outbound, limits.localConnectionsMax), outbound };
}

/**
 * Node raises its own limit to the system's maximum; a system that reports none is assumed to allow
 * many.
 */
export function descriptorsMax(): number {
  // Missing from the types so far. Resolving the names of all connections could take long.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const found = report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(found.userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : Infinity;
}

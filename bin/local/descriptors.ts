// How the file descriptors of this process are shared out: what comes in must not use up what goes out.
import { limits } from '../../lambdas/contract/limits/limits.ts';

export type Shares = {
  /** Connections that are accepted at once. */
  inbound: number;
  /** Connections to endpoints at once. */
  outbound: number;
};

/** Of the data file and its companions, the libraries and what a moment may need. */
const reserve = 50;

/** Half and half where they are few; else all that is wanted goes out, and the rest may come in. */
export function sharesOf(descriptors: number): Shares {
  const free = Math.max(2, descriptors - reserve);
  const outbound = Math.min(limits.socketsMax, Math.floor(free / 2));
  return { inbound: Math.min(free - outbound, limits.localConnectionsMax), outbound };
}

/** Node raises its own limit to what the system allows; a system that says nothing is taken to allow many. */
export function descriptorsMax(): number {
  // The types do not know it yet. Looking up the names of all connections could take long.
  const report = process.report as typeof process.report & { excludeNetwork: boolean };
  report.excludeNetwork = true;
  const found = report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(found.userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : Infinity;
}

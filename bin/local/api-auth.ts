// The rule that two settings make together.
import { SettingsError } from '../../lambdas/contract/settings.ts';
import type { LocalSettings } from '../../lambdas/contract/settings.ts';
import { isLoopbackHost } from './loopback.ts';

/** Off on loopback unless set. Throws where anyone on the network could call without a key. */
export function apiAuthOf({ API_AUTH, HOST }: LocalSettings): 'on' | 'off' {
  const apiAuth = API_AUTH ?? (isLoopbackHost(HOST) ? 'off' : 'on');
  if (apiAuth === 'off' && !isLoopbackHost(HOST)) {
    throw new SettingsError(
      `API_AUTH off would let anyone on the network in through HOST ${HOST}: set API_AUTH=on, or HOST=127.0.0.1.`,
    );
  }
  return apiAuth;
}

// The local server's effective settings: defaults depend on where it listens.
import { SettingsError } from '../../lambdas/contract/settings.ts';
import type { LocalSettings } from '../../lambdas/contract/settings.ts';
import { isLoopbackHost } from './loopback.ts';

type Followed = 'API_AUTH' | 'TARGET_ALLOW_CIDRS' | 'ALLOW_HTTP_TARGETS';

export type SettledSettings = Omit<LocalSettings, Followed> & {
  [Name in Followed]: NonNullable<LocalSettings[Name]>;
};

/**
 * On loopback every caller is on this machine: no keys are needed, and targets may be local. Throws
 * if anyone on the network could call without a key.
 */
export function settled(given: LocalSettings): SettledSettings {
  const { HOST } = given;
  const isOwn = isLoopbackHost(HOST);
  const API_AUTH = given.API_AUTH ?? (isOwn ? 'off' : 'on');
  if (API_AUTH === 'off' && !isOwn) {
    throw new SettingsError(
      `API_AUTH off would let anyone on the network in through HOST ${HOST}: set API_AUTH=on, or HOST=127.0.0.1.`,
    );
  }
  return {
    ...given,
    API_AUTH,
    TARGET_ALLOW_CIDRS: given.TARGET_ALLOW_CIDRS ?? (isOwn ? ['127.0.0.0/8', '::1/128'] : []),
    ALLOW_HTTP_TARGETS: given.ALLOW_HTTP_TARGETS ?? isOwn,
  };
}

import type { Ports } from '../ports.ts';

/** The ports that keep things: every driver has them all. */
export type Stores = Pick<
  Ports,
  | 'subscriptions'
  | 'deliveries'
  | 'ledgerChecks'
  | 'idempotency'
  | 'replays'
  | 'deadLetters'
  | 'stats'
  | 'rateLimits'
  | 'apiKeys'
>;

// The table's names, shared by the stack that creates it and the driver that uses it.
// docs/table-design.md lists the items and the access patterns.

export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'expires_at', // Epoch seconds.
  indexes: {
    /** Sparse: deliveries of a subscription that are parked or failed, sharded; operator's subscriptions. */
    held: { name: 'held', partitionKey: 'held_pk', sortKey: 'sk', alsoHolds: [] },
    /**
     * What has a tenant of its own in an attribute, subscriptions above all, with the status alone: they are counted
     * without being read. Rows of deliveries name no tenant, so they are not in it.
     */
    status: { name: 'status', partitionKey: 'pk', sortKey: 'tenant', alsoHolds: ['status'] },
  },
} as const;

/**
 * The kinds of items, each by a pattern that the partition keys of that kind match and those of no other: `*` is any text
 * and `?` one character, as in an IAM policy. adapters/aws/table/keys.ts makes the keys. `parked`, `failed`, `open` and `operational` are partitions of
 * the index `held`.
 */
export const partitionPatterns = {
  apiKeys: 'keys',
  tenants: 'tenants',
  subscriptions: '*#subscriptions',
  deliveries: '*#????????????????#?',
  ledger: '*#ledger#?',
  ledgerChecks: '*#ledger',
  idempotency: '*#????????????????#idempotency',
  rateLimits: '*#????????????????#rate',
  replays: '*#replays',
  deadLetters: '*#dead-letters',
  stats: '*#stats#*',
  parked: '*#????????????????#?#parked',
  failed: '*#????????????????#?#failed',
  open: '*#open#?',
  operational: '*#operational',
} as const;

export type ItemKind = keyof typeof partitionPatterns;

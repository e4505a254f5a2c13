// The one table's names, shared by the stack that makes it and the driver that uses it. README, "Table design",
// lists the items and the access patterns.

export const table = {
  partitionKey: 'pk',
  sortKey: 'sk',
  timeToLive: 'expires_at', // Epoch seconds.
  indexes: {
    /** Keys only, sparse: deliveries of a subscription that are parked or failed, sharded; operator's subscriptions. */
    held: { name: 'held', partitionKey: 'held_pk', sortKey: 'sk' },
  },
} as const;

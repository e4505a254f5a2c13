/** Offered to tick; any other can be written. */
export const commonEventTypes: readonly string[] = [
  'order.created',
  'order.updated',
  'user.created',
  'user.updated',
  'payment.succeeded',
  'payment.failed',
];

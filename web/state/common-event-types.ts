/** Offered as checkboxes; any other can be typed. */
export const commonEventTypes: readonly string[] = [
  'order.created',
  'order.updated',
  'user.created',
  'user.updated',
  'payment.succeeded',
  'payment.failed',
];

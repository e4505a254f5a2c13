import { describe, expect, it } from 'vitest';
import { wantsEvent } from '../../../lambdas/core/events/matching.ts';

describe('wantsEvent', () => {
  it.each([
    [null, 'order.created', true],
    [[], 'order.created', true],
    [['order.created'], 'order.created', true],
    [['order.created'], 'order.creat', false],
    [['order.created'], 'order.created.v2', false],
    [['order.created'], 'Order.created', false],
    [['user.created', 'order.created'], 'order.created', true],
    [['order.*'], 'order.created', true],
    [['order.*'], 'order.created.v2', true],
    [['order.*'], 'order', false],
    [['order.*'], 'orders.created', false],
    [['order.*'], 'my.order.created', false],
    [['*'], 'anything', true],
    [['order.created.*'], 'order.created', false],
  ] as const)('%j takes %s: %s', (eventTypes, eventType, wanted) => {
    expect(wantsEvent(eventTypes, eventType, 'deliver')).toBe(wanted);
  });

  it('lets an event without a type pass the filter, unless the deployment rejects it', () => {
    expect(wantsEvent(['order.created'], null, 'deliver')).toBe(true);
    expect(wantsEvent(['order.created'], null, 'reject')).toBe(false);
    expect(wantsEvent(['*'], null, 'reject')).toBe(true);
    expect(wantsEvent(null, null, 'reject')).toBe(true);
  });
});

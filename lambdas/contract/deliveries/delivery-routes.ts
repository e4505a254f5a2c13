// Routes of deliveries.
import * as z from 'zod';
import * as resources from '../http/resources.ts';
import type { Route } from '../http/route.ts';
import { deliveryFilters, message, nextCursor, page } from '../http/route.ts';

export const deliveryRoutes = {
  listDeliveries: {
    method: 'GET',
    path: '/api/deliveries',
    function: 'api',
    access: 'read',
    summary: 'List deliveries, newest first',
    query: z.strictObject({ subscription_id: z.string().optional(), ...deliveryFilters, ...page }),
    status: 200,
    response: z.object({ deliveries: z.array(resources.delivery), ...nextCursor }),
    problems: ['invalid-cursor'],
  },
  listSubscriptionDeliveries: {
    method: 'GET',
    path: '/api/subscriptions/{id}/deliveries',
    function: 'api',
    access: 'read',
    summary: 'List the deliveries of a subscription, newest first',
    query: z.strictObject({ ...deliveryFilters, ...page }),
    status: 200,
    response: z.object({
      subscription_id: z.string(),
      deliveries: z.array(resources.delivery),
      ...nextCursor,
    }),
    problems: ['invalid-cursor', 'not-found'],
  },
  getDelivery: {
    method: 'GET',
    path: '/api/delivery/{id}',
    function: 'api',
    access: 'read',
    summary: 'Get a delivery with its payload and attempts',
    status: 200,
    response: z.object({
      delivery: resources.deliveryWithPayload,
      attempts: z.array(resources.attempt),
    }),
    problems: ['not-found'],
  },
  retryDelivery: {
    method: 'POST',
    path: '/api/delivery/{id}/retry',
    function: 'api',
    access: 'admin',
    summary: 'Start a new attempt cycle now, even for a delivered one',
    status: 202,
    response: z.object({ ...message, delivery: resources.delivery }),
    problems: ['not-found', 'conflict'],
  },
  cancelDelivery: {
    method: 'POST',
    path: '/api/delivery/{id}/cancel',
    function: 'api',
    access: 'admin',
    summary: 'Cancel an open delivery',
    status: 200,
    response: z.object({ ...message, delivery: resources.delivery }),
    problems: ['not-found', 'conflict'],
  },
} as const satisfies Record<string, Route>;

// Handlers of the service's own routes: health, description, counters, API keys.
import type { serviceRoutes } from '../../contract/http/service-routes.ts';
import { openApiDocument } from '../../contract/http/openapi.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import { presentFault } from '../../core/deliveries/unsent.ts';
import { createApiKey } from '../../operations/access/create-api-key.ts';
import { deleteApiKey } from '../../operations/access/delete-api-key.ts';
import { findSubscription } from '../../operations/subscriptions/find-subscription.ts';
import { getStats } from '../../operations/ledger/get-stats.ts';
import { subscriptionIdFrom } from '../http/params.ts';
import { apiKeyResource, settingsResource, statsResource } from '../http/resources.ts';
import type { HandlersFor } from '../http/route-handler.ts';

/** Each is built once, on first request: it takes about 20 ms. */
const descriptions = new Map<'on' | 'off', ReturnType<typeof openApiDocument>>();

export const serviceHandlers: HandlersFor<keyof typeof serviceRoutes> = {
  getHealth: ({ sending, clock }) => {
    const fault = presentFault(sending.unsent, clock.now());
    if (fault === null) return { status: 'ok' };
    throw new ServiceError('unavailable', `The service cannot send right now (${fault})`);
  },

  getOpenApi: ({ rules: { apiAuth } }) => {
    const description = descriptions.get(apiAuth) ?? openApiDocument(apiAuth);
    descriptions.set(apiAuth, description);
    return description;
  },

  whoAmI: ({ rules }, { caller }) => ({
    auth: rules.apiAuth,
    tenant: caller.tenant,
    scopes: [...caller.scopes],
  }),

  getSettings: ({ rules }) => ({ settings: settingsResource(rules) }),

  getStats: async (context, { caller, query }) => {
    const { tenant } = caller;
    const { since, until } = query;
    const summary = await getStats(context, { tenant, subscriptionId: null, since, until });
    const active = await context.subscriptions.countActive(tenant);
    return { ...statsResource(summary), active_subscriptions: active };
  },

  getSubscriptionStats: async (context, { caller, params, query }) => {
    const { tenant } = caller;
    const { since, until } = query;
    const { id } = await findSubscription(context, tenant, subscriptionIdFrom(params));
    const summary = await getStats(context, { tenant, subscriptionId: id, since, until });
    return { ...statsResource(summary), subscription_id: id };
  },

  createApiKey: async (context, { caller, body }) => {
    const { name = null, scopes } = body;
    const { text, key } = await createApiKey(context, caller.tenant, { name, scopes });
    return {
      message: 'API key created successfully',
      key: text,
      api_key: apiKeyResource(key),
    };
  },

  listApiKeys: async (context, { caller }) => {
    const keys = await context.apiKeys.list(caller.tenant);
    return { api_keys: keys.map(apiKeyResource) };
  },

  deleteApiKey: async (context, { caller, params }) => {
    await deleteApiKey(context, caller.tenant, params.id);
    return { message: 'API key deleted successfully' };
  },
};

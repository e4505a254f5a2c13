// What stands behind the variables of the README's curls: each command gets things of its own, made for it, so that the
// order of the README is free and a command that deletes takes nothing from another.
import type { Api } from '../support/api.ts';
import { hubSignature } from '../../lambdas/core/signing/signature.ts';

const secret = 'my-signing-secret';
const body = '{"order":42}';
const signature = hubSignature(secret, Buffer.from(body));

/** Inactive, so that what is sent to it waits. */
async function newSubscription(api: Api): Promise<string> {
  const target_url = 'https://example.com/hook';
  const { subscription } = await api.call('createSubscription', {
    body: { target_url, secret, status: 'inactive' },
  });
  return subscription.id;
}

async function newDelivery(api: Api): Promise<string> {
  const headers = { 'x-hub-signature-256': signature };
  const id = await newSubscription(api);
  const { delivery_id } = await api.call('ingest', { id, body: JSON.parse(body), headers });
  return delivery_id!;
}

/** Of more deliveries than its first step takes, so that it is still running when the command comes. */
async function newReplay(api: Api): Promise<string> {
  const subscription_id = await newSubscription(api);
  for (let sent = 0; sent < 12; sent += 1) {
    const { delivery_id } = await api.call('testSubscription', { id: subscription_id });
    await api.call('cancelDelivery', { id: delivery_id });
  }
  const filters = { subscription_id, status: ['cancelled'] as 'cancelled'[], per_second: 1 };
  const { replay } = await api.call('createReplay', { body: filters });
  return replay!.id;
}

async function newPausedReplay(api: Api): Promise<string> {
  const id = await newReplay(api);
  await api.call('pauseReplay', { id });
  return id;
}

async function newKey(api: Api): Promise<string> {
  const { api_key } = await api.call('createApiKey', { body: { scopes: ['read'] } });
  return api_key.id;
}

/** Those that the command mentions. */
export async function variablesFor(command: string, api: Api): Promise<Record<string, string>> {
  const makers = {
    ID: newSubscription,
    DELIVERY: newDelivery,
    REPLAY: command.includes('/resume') ? newPausedReplay : newReplay,
    KEY_ID: newKey,
  };
  const variables: Record<string, string> = { BODY: body, SIGNATURE: signature };
  for (const [name, make] of Object.entries(makers)) {
    if (new RegExp(`\\$${name}\\b`).test(command)) variables[name] = await make(api);
  }
  return variables;
}

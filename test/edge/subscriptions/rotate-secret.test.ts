import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import type { SubscriptionResource } from '../../../lambdas/contract/http/resources.ts';
import { secretMask } from '../../../lambdas/contract/signing/secret-mask.ts';
import type { SubscriptionId } from '../../../lambdas/core/ids.ts';
import { hubSecretOf } from '../../../lambdas/core/signing/secrets.ts';
import { createService } from '../../support/service.ts';

const day = 86_400_000;

async function setup(secret: string | null = 'the first secret') {
  const service = createService();
  const body = { target_url: 'https://receiver.example.com/hooks', secret };
  const created = await service.call('createSubscription', { body });
  const { id } = created.json['subscription'] as { id: SubscriptionId };
  return {
    ...service,
    rotate: (rotation: unknown = {}) => service.call('rotateSecret', { id, body: rotation }),
    update: (fields: unknown) => service.call('updateSubscription', { id, body: fields }),
    shown: async () => {
      const { json } = await service.call('getSubscription', { id });
      return json['subscription'] as SubscriptionResource;
    },
    stored: async () => {
      const found = await service.ports.subscriptions.get('default', id);
      return { secret: found?.secret, previous: found?.previousSecrets.map((each) => each.secret) };
    },
  };
}

describe('X-Hub-Signature-256 after a rotation', () => {
  test('is made by the new secret, or by choice by the old one until that ends', async () => {
    const { rotate, update, context, clock } = await setup();
    const signer = async () => {
      const [subscription] = (
        await context.subscriptions.list('default', { limit: 1, cursor: null })
      ).items;
      return hubSecretOf(subscription!, clock.now());
    };
    await rotate({ secret: 'the second secret', overlap_seconds: 60 });
    expect(await signer()).toBe('the second secret');
    expect((await update({ hub_signature: 'previous' })).json['subscription']).toMatchObject({
      hub_signature: 'previous',
    });
    expect(await signer()).toBe('the first secret');
    clock.advance(60_000);
    expect(await signer()).toBe('the second secret');
  });
});

describe('rotating a secret', () => {
  test('makes one and shows it this once; the earlier one signs on for a day', async () => {
    const { rotate, shown, stored, clock } = await setup();
    const answer = await rotate();
    const secret = String(answer.json['secret']);
    expect(answer.status).toBe(200);
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(answer.json['subscription']).toEqual(await shown());
    expect(await shown()).toMatchObject({
      secret: secretMask,
      public_key: null,
      previous_secrets: [{ expires_at: new Date(clock.now() + day).toISOString() }],
    });
    expect(await stored()).toEqual({ secret, previous: ['the first secret'] });
  });

  test('takes the secret that is given, and an overlap of up to seven days', async () => {
    const { rotate, shown, stored, clock } = await setup();
    const { json } = await rotate({ secret: 'the second secret', overlap_seconds: 604_800 });
    expect(json['secret']).toBeNull();
    expect(await stored()).toEqual({ secret: 'the second secret', previous: ['the first secret'] });
    expect((await shown()).previous_secrets).toEqual([
      { expires_at: new Date(clock.now() + 7 * day).toISOString() },
    ]);
  });

  test('ends earlier secrets at once without an overlap', async () => {
    const { rotate, stored } = await setup();
    await rotate({ secret: 'leaked' });
    await rotate({ secret: 'safe', overlap_seconds: 0 });
    expect(await stored()).toEqual({ secret: 'safe', previous: [] });
  });

  test('makes a key pair of which only the public half is shown', async () => {
    const { rotate, stored, shown } = await setup();
    const answer = await rotate({ type: 'ed25519' });
    const { secret = '' } = await stored();
    expect(secret).toMatch(/^whsk_/);
    expect(answer.json['secret']).toBeNull();
    expect(answer.text).not.toContain(secret);
    const publicBytes = Buffer.from((await shown()).public_key?.slice(5) ?? '', 'base64');
    const keyBytes = Buffer.from(secret?.slice(5) ?? '', 'base64');
    expect(publicBytes).toEqual(keyBytes.subarray(32));
  });

  test('gives a first secret to a subscription without one', async () => {
    const { rotate, shown } = await setup(null);
    await rotate();
    expect(await shown()).toMatchObject({ secret: secretMask, previous_secrets: [] });
  });

  test.each([
    ['an overlap that is too long', { overlap_seconds: 604_801 }, '/overlap_seconds'],
    ['a negative overlap', { overlap_seconds: -1 }, '/overlap_seconds'],
    ['another type', { type: 'rsa' }, '/type'],
    ['the mask', { secret: secretMask }, '/secret'],
    ['an empty secret', { secret: '' }, '/secret'],
    ['a short whsec_ secret', { secret: 'whsec_c2hvcnQ=' }, '/secret'],
    ['half a signing key', { secret: `whsk_${'A'.repeat(43)}=` }, '/secret'],
    ['a public key', { secret: `whpk_${'A'.repeat(43)}=` }, '/secret'],
  ])('refuses %s', async (_, rotation, pointer) => {
    const { rotate, stored } = await setup();
    const answer = await rotate(rotation);
    expect(answer.status).toBe(400);
    expect(answer.json['errors']).toMatchObject([{ pointer }]);
    expect((await stored()).secret).toBe('the first secret');
  });

  test('refuses more secrets at once than a header should hold', async () => {
    const { rotate, stored } = await setup();
    for (let count = 0; count < limits.previousSecretsMax; count += 1) await rotate();
    const before = await stored();
    const answer = await rotate();
    expect([answer.status, answer.json['code']]).toEqual([422, 'limit-exceeded']);
    expect(await stored()).toEqual(before);
  });
});

describe('updating the secret', () => {
  test.each([
    ['the mask', secretMask],
    ['the same secret', 'the second secret'],
  ])('leaves a rotation alone with %s', async (_, secret) => {
    const { rotate, update, stored } = await setup();
    await rotate({ secret: 'the second secret' });
    await update({ secret });
    expect(await stored()).toEqual({ secret: 'the second secret', previous: ['the first secret'] });
  });

  test.each([['another'], [null]])('ends every earlier secret at once with %j', async (secret) => {
    const { rotate, update, stored } = await setup();
    await rotate();
    await update({ secret });
    expect(await stored()).toEqual({ secret, previous: [] });
  });
});

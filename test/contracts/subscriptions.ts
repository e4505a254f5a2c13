// What every SubscriptionStore must do.
import { describe, expect, it } from 'vitest';
import type { Health } from '../../lambdas/core/endpoints/health-record.ts';
import { InvalidCursorError } from '../../lambdas/core/shared/port-errors.ts';
import type { SubscriptionStore } from '../../lambdas/core/ports.ts';
import type { Subscription } from '../../lambdas/core/subscriptions/subscription.ts';
import { aSubscription, aTenant, noon } from '../support/factories.ts';
import {
  cursorOf,
  forged,
  garbledCursors,
  type Open,
  openForSuite,
  readAll,
  readPages,
} from './harness.ts';

const anOpenHealth: Health = {
  failingSince: noon - 1,
  failureSeenAt: noon,
  circuit: { state: 'open', since: noon, probeAt: noon + 60_000, probes: 4 },
  backlogJob: { id: 'ajob0000', step: 9, pace: 'recovery' },
  history: [
    { at: noon - 60_000, kind: 'circuit_opened' },
    { at: noon - 30_000, kind: 'circuit_closed' },
    { at: noon, kind: 'circuit_opened' },
  ],
};

export function subscriptionStoreContract(name: string, open: Open<SubscriptionStore>): void {
  describe(`SubscriptionStore on ${name}`, () => {
    const { store } = openForSuite(open);

    async function created(fields: Partial<Subscription>): Promise<Subscription> {
      const subscription = aSubscription(fields);
      await store().create(subscription);
      return subscription;
    }

    async function createdMany(tenant: string, count: number): Promise<Subscription[]> {
      const subscriptions: Subscription[] = [];
      for (let index = 0; index < count; index += 1) {
        subscriptions.push(await created({ tenant, createdAt: noon + index * 1_000 }));
      }
      return subscriptions;
    }

    const page =
      (tenant: string, limit = 100) =>
      (cursor: string | null) =>
        store().list(tenant, { limit, cursor });

    describe('create and get', () => {
      it.each([
        ['all fields', {}],
        [
          'nothing optional',
          { name: null, secret: null, eventTypes: null, retrySchedule: null, timeoutMs: null },
        ],
        ['an empty list of types', { eventTypes: [] }],
        ['a named schedule', { retrySchedule: 'fast' as const }],
        ['a schedule of its own', { retrySchedule: [1, 60, 86_400], timeoutMs: 30_000 }],
        ['a schedule without retries', { retrySchedule: [] }],
        ['inactive', { status: 'inactive' as const, inactiveReason: 'gone' as const }],
        ['any text', { name: 'Ünïcode ☃ "quoted" \\ \n', secret: "'; DROP TABLE x; --\u0000" }],
        ['empty texts', { name: '', secret: '' }],
        ['secrets that still sign', { previousSecrets: [{ secret: 'old', expiresAt: noon + 1 }] }],
        ['the signature in another form', { timestampedSignature: true }],
        ['a receiver that changes over later', { hubSignature: 'previous' as const }],
        ['custom headers', { customHeaders: { 'X-Api-Key': 'a "key"', 'X-B': '2' } }],
        ['basic auth', { auth: { type: 'basic' as const, username: 'ü', password: '\t"' } }],
        [
          'OAuth without a scope',
          {
            auth: {
              type: 'oauth2' as const,
              token_url: 'https://auth.example.com/token',
              client_id: 'client',
              client_secret: 's3cret',
              scope: null,
            },
          },
        ],
        ["an operator's", { operationalEvents: true }],
        ['a rate limit', { rateLimit: { perSecond: 0.333, burst: 12 } }],
        ['an open circuit', { health: anOpenHealth }],
        ['failing for days', { status: 'inactive' as const, inactiveReason: 'failing' as const }],
        ['a verification', { verification: { scheme: 'slack' as const, secret: 's3cret' } }],
        [
          'a verification by the own secret',
          {
            verification: {
              scheme: 'hmac' as const,
              header: 'X-Signature',
              algorithm: 'sha512' as const,
              encoding: 'base64' as const,
              prefix: '',
              secret: null,
            },
          },
        ],
        ['a later version', { version: 7, updatedAt: noon + 1 }],
      ])('returns what was stored: %s', async (_, fields) => {
        const subscription = await created({ tenant: aTenant(), ...fields });

        const found = await store().get(subscription.tenant, subscription.id);

        expect(found).toStrictEqual(subscription);
      });

      it('finds nothing where there is none', async () => {
        expect(await store().get(aTenant(), aSubscription().id)).toBeUndefined();
      });

      it('does not show a subscription to another tenant', async () => {
        const { id } = await created({ tenant: aTenant() });

        expect(await store().get(aTenant(), id)).toBeUndefined();
      });

      it('rejects a taken id and keeps the first', async () => {
        const first = await created({ tenant: aTenant() });

        await expect(store().create({ ...first, name: 'Second' })).rejects.toThrow();

        expect(await store().get(first.tenant, first.id)).toStrictEqual(first);
      });

      it('lets one of many concurrent creations of an id win', async () => {
        const subscription = aSubscription({ tenant: aTenant() });

        const results = await Promise.allSettled(
          Array.from({ length: 10 }, () => store().create(subscription)),
        );

        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      });
    });

    describe('replace', () => {
      it('stores the new version of every field', async () => {
        const before = await created({ tenant: aTenant() });
        const after = aSubscription({
          ...before,
          name: null,
          targetUrl: 'https://example.com/other',
          secret: null,
          previousSecrets: [{ secret: 'old', expiresAt: noon }],
          timestampedSignature: true,
          hubSignature: 'previous',
          eventTypes: null,
          customHeaders: { 'X-B': '2' },
          auth: { type: 'bearer', token: 't0ken' },
          operationalEvents: true,
          verification: { scheme: 'github', secret: null },
          status: 'inactive',
          inactiveReason: 'paused',
          retrySchedule: [5],
          timeoutMs: 1_000,
          heldUntil: noon + 60_000,
          rateLimit: { perSecond: 2, burst: 3 },
          health: anOpenHealth,
          updatedAt: noon + 5_000,
          version: 2,
        });

        expect(await store().replace(before, after)).toBe('replaced');

        expect(await store().get(before.tenant, before.id)).toStrictEqual(after);
      });

      it('is superseded by another change, and changes nothing', async () => {
        const before = await created({ tenant: aTenant() });
        const first = { ...before, name: 'First', version: 2 };
        await store().replace(before, first);

        const result = await store().replace(before, { ...before, name: 'Second', version: 2 });

        expect(result).toBe('superseded');
        expect(await store().get(before.tenant, before.id)).toStrictEqual(first);
      });

      it('is superseded by removal, and does not bring it back', async () => {
        const before = await created({ tenant: aTenant() });
        await store().remove(before.tenant, before.id);

        const result = await store().replace(before, { ...before, version: 2 });

        expect(result).toBe('superseded');
        expect(await store().get(before.tenant, before.id)).toBeUndefined();
      });

      it('lets one of many concurrent changes win', async () => {
        const before = await created({ tenant: aTenant() });

        const results = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            store().replace(before, { ...before, name: `Name ${index}`, version: 2 }),
          ),
        );

        const winner = results.indexOf('replaced');
        const found = await store().get(before.tenant, before.id);
        expect(results.filter((result) => result === 'replaced')).toHaveLength(1);
        expect(found).toStrictEqual({ ...before, name: `Name ${winner}`, version: 2 });
      });
    });

    describe('remove', () => {
      it('says whether there was one', async () => {
        const { tenant, id } = await created({ tenant: aTenant() });

        expect(await store().remove(tenant, id)).toBe(true);
        expect(await store().remove(tenant, id)).toBe(false);
        expect(await store().get(tenant, id)).toBeUndefined();
      });

      it('does not reach into another tenant', async () => {
        const subscription = await created({ tenant: aTenant() });

        expect(await store().remove(aTenant(), subscription.id)).toBe(false);

        expect(await store().get(subscription.tenant, subscription.id)).toStrictEqual(subscription);
      });
    });

    describe('list', () => {
      it('is empty for a tenant without subscriptions', async () => {
        const found = await store().list(aTenant(), { limit: 10, cursor: null });

        expect(found).toStrictEqual({ items: [], nextCursor: null });
      });

      it('gives the newest first, of the tenant alone', async () => {
        const tenant = aTenant();
        const subscriptions = await createdMany(tenant, 5);
        await createdMany(aTenant(), 2);

        expect(await readAll(page(tenant))).toStrictEqual(subscriptions.toReversed());
      });

      it('pages without loss or repetition while others come and go', async () => {
        const tenant = aTenant();
        const subscriptions = await createdMany(tenant, 10);
        const removed = aSubscription({ tenant, createdAt: noon - 1_000 });
        await store().create(removed);
        let arrivals = 0;

        const pages = await readPages(page(tenant, 3), async () => {
          arrivals += 1;
          await created({ tenant, createdAt: noon + 60_000 + arrivals });
          await store().remove(tenant, removed.id);
        });

        expect(pages.flat()).toStrictEqual(subscriptions.toReversed());
        expect(pages.every((items) => items.length <= 3)).toBe(true);
        expect(arrivals).toBeGreaterThanOrEqual(3);
      });

      it('goes on after a row that has been removed since', async () => {
        const tenant = aTenant();
        const [oldest, middle] = await createdMany(tenant, 3);
        const cursor = await cursorOf(page(tenant, 2));
        await store().remove(tenant, middle!.id);

        const next = await store().list(tenant, { limit: 2, cursor });

        expect(next.items).toStrictEqual([oldest]);
      });

      it.each(garbledCursors)('refuses the cursor %j', async (cursor) => {
        await expect(page(aTenant())(cursor)).rejects.toThrow(InvalidCursorError);
      });

      it('refuses a forged cursor', async () => {
        const tenant = aTenant();
        for (const cursor of forged(['subscriptions', tenant])) {
          await expect(page(tenant)(cursor), cursor).rejects.toThrow(InvalidCursorError);
        }
      });

      it('refuses the cursor of another tenant', async () => {
        const tenant = aTenant();
        await createdMany(tenant, 3);
        const cursor = await cursorOf(page(tenant, 1));

        await expect(page(aTenant(), 1)(cursor)).rejects.toThrow(InvalidCursorError);
      });
    });

    describe('countActive', () => {
      it('follows every change', async () => {
        const tenant = aTenant();
        const [first, second] = await createdMany(tenant, 3);
        await created({ tenant, status: 'inactive', inactiveReason: 'paused' });
        await createdMany(aTenant(), 1);
        expect(await store().countActive(tenant)).toBe(3);

        await store().replace(first!, { ...first!, status: 'inactive', version: 2 });
        expect(await store().countActive(tenant)).toBe(2);

        await store().remove(tenant, second!.id);
        expect(await store().countActive(tenant)).toBe(1);
      });

      it("counts what became active again, and what is an operator's, whatever else changed", async () => {
        const tenant = aTenant();
        const first = await created({ tenant, operationalEvents: true });
        const paused = { ...first, status: 'inactive' as const, version: 2 };
        await store().replace(first, paused);
        expect(await store().countActive(tenant)).toBe(0);

        const resumed = { ...paused, status: 'active' as const, name: 'Resumed', version: 3 };
        await store().replace(paused, resumed);
        await store().replace(resumed, { ...resumed, health: anOpenHealth, version: 4 });
        expect(await store().countActive(tenant)).toBe(1);
      });

      it('is untouched by a change that is superseded', async () => {
        const subscription = await created({ tenant: aTenant() });
        await store().replace(subscription, { ...subscription, name: 'First', version: 2 });

        const late = { ...subscription, status: 'inactive' as const, version: 2 };
        expect(await store().replace(subscription, late)).toBe('superseded');
        expect(await store().countActive(subscription.tenant)).toBe(1);
      });
    });

    describe('count', () => {
      it('counts all of the tenant, whatever their status, and may stop where there are enough', async () => {
        const tenant = aTenant();
        expect(await store().count(tenant, 10)).toBe(0);
        const [first] = await createdMany(tenant, 4);
        await created({ tenant, status: 'inactive', inactiveReason: 'paused' });
        await createdMany(aTenant(), 1);
        expect(await store().count(tenant, 10)).toBe(5);
        for (const max of [1, 3, 5]) {
          const count = await store().count(tenant, max);
          expect(count).toBeGreaterThanOrEqual(max);
          expect(count).toBeLessThanOrEqual(5);
        }

        await store().remove(tenant, first!.id);
        expect(await store().count(tenant, 10)).toBe(4);
      });
    });

    it('knows every tenant that has had a subscription', async () => {
      const tenants = [aTenant(), `${aTenant()} ü/#`];
      for (const tenant of [...tenants, ...tenants]) {
        const { id } = await created({ tenant });
        if (tenant === tenants[0]) await store().remove(tenant, id);
      }

      const known = await store().tenants();

      expect(known.filter((tenant) => tenants.includes(tenant)).toSorted()).toStrictEqual(
        tenants.toSorted(),
      );
      expect(known).not.toContain(aTenant());
    });

    describe('listOperational', () => {
      it("gives the operator's subscriptions of the tenant, oldest first, and no others", async () => {
        const tenant = aTenant();
        await createdMany(tenant, 3);
        const active = await created({ tenant, operationalEvents: true });
        const paused = await created({
          tenant,
          operationalEvents: true,
          status: 'inactive',
          inactiveReason: 'paused',
          createdAt: noon + 1,
        });
        await created({ tenant: aTenant(), operationalEvents: true });

        expect(await store().listOperational(tenant)).toStrictEqual([active, paused]);
        expect(await store().listOperational(aTenant())).toStrictEqual([]);
      });

      it('follows every change', async () => {
        const tenant = aTenant();
        const first = await created({ tenant });
        const second = await created({ tenant, operationalEvents: true, createdAt: noon + 1 });

        const turnedOn = { ...first, operationalEvents: true, version: 2 };
        await store().replace(first, turnedOn);
        expect(await store().listOperational(tenant)).toStrictEqual([turnedOn, second]);

        const renamed = { ...turnedOn, name: 'Another', version: 3 };
        await store().replace(turnedOn, renamed);
        await store().replace(second, { ...second, operationalEvents: false, version: 2 });
        expect(await store().listOperational(tenant)).toStrictEqual([renamed]);

        await store().remove(tenant, first.id);
        expect(await store().listOperational(tenant)).toStrictEqual([]);
      });
    });
  });
}

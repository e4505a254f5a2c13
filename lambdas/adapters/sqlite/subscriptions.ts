import type { DatabaseSync } from 'node:sqlite';
import type { SubscriptionStore } from '../../core/ports.ts';
import type { Page } from '../../core/shared/page.ts';
import { isSubscriptionId } from '../../core/ids.ts';
import type { SubscriptionId } from '../../core/ids.ts';
import type { Subscription } from '../../core/subscriptions/subscription.ts';
import { makeCursor, readCursor } from '../cursor.ts';
import { assigned, inserted, selected, type Values } from './file/columns.ts';
import type { Writer } from './file/writer.ts';

const fields = [
  'tenant',
  'id',
  'name',
  'targetUrl',
  'secret',
  'previousSecrets',
  'timestampedSignature',
  'hubSignature',
  'eventTypes',
  'status',
  'inactiveReason',
  'retrySchedule',
  'timeoutMs',
  'heldUntil',
  'rateLimit',
  'health',
  'customHeaders',
  'auth',
  'operationalEvents',
  'verification',
  'createdAt',
  'updatedAt',
  'version',
] as const satisfies (keyof Subscription)[];

/** Sorts after every id. */
const afterAllIds = '~';

/** Fields that SQLite has no type for. */
const jsonFields = [
  'previousSecrets',
  'timestampedSignature',
  'eventTypes',
  'retrySchedule',
  'rateLimit',
  'health',
  'customHeaders',
  'auth',
  'operationalEvents',
  'verification',
] as const satisfies (keyof Subscription)[];

type Plain = Omit<Subscription, (typeof jsonFields)[number]>;

function toRow(subscription: Subscription): Values {
  const plain: Plain = subscription;
  const json = jsonFields.map((field) => [field, toJson(subscription[field])]);
  return { ...plain, ...Object.fromEntries(json) };
}

function toJson(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

function fromRow(row: Values): Subscription {
  const json = jsonFields.map((field) => [field, fromJson(row[field])]);
  return { ...row, ...Object.fromEntries(json) } as Subscription;
}

function fromJson(text: unknown): unknown {
  return typeof text === 'string' ? JSON.parse(text) : null;
}

function positionOf(tenant: string, cursor: string): SubscriptionId {
  return readCursor(['subscriptions', tenant], cursor, isSubscriptionId);
}

export function createSubscriptionStore(database: DatabaseSync, writer: Writer): SubscriptionStore {
  const create = database.prepare(
    `INSERT INTO subscriptions ${inserted(fields)} ON CONFLICT DO NOTHING`,
  );
  const get = database.prepare(
    `SELECT ${selected(fields)} FROM subscriptions WHERE tenant = ? AND id = ?`,
  );
  const list = database.prepare(
    `SELECT ${selected(fields)} FROM subscriptions WHERE tenant = ? AND id < ?
     ORDER BY id DESC LIMIT ?`,
  );
  const replace = database.prepare(
    `UPDATE subscriptions SET ${assigned(fields)}
     WHERE tenant = :tenant AND id = :id AND version = :versionBefore`,
  );
  const addTenant = database.prepare('INSERT OR IGNORE INTO tenants (tenant) VALUES (?)');
  const tenants = database.prepare('SELECT tenant FROM tenants ORDER BY tenant');
  const remove = database.prepare('DELETE FROM subscriptions WHERE tenant = ? AND id = ?');
  const listOperational = database.prepare(
    // Names the index: otherwise SQLite walks through all of the tenant's rows, which are already
    // in order.
    `SELECT ${selected(fields)} FROM subscriptions INDEXED BY subscriptions_operational
     WHERE tenant = ? AND operational_events = 'true' ORDER BY id`,
  );

  return {
    create(subscription) {
      return writer.write(() => {
        const { changes } = create.run(toRow(subscription));
        if (changes === 0) throw new Error(`The id ${subscription.id} is taken`);
        addTenant.run(subscription.tenant);
      });
    },
    async get(tenant, id) {
      const row = get.get(tenant, id);
      return row === undefined ? undefined : fromRow(row);
    },
    async list(tenant, { limit, cursor }): Promise<Page<Subscription>> {
      const before = cursor === null ? afterAllIds : positionOf(tenant, cursor);
      const found = list.all(tenant, before, limit + 1).map(fromRow);
      const items = found.slice(0, limit);
      const last = items.at(-1);
      const isMore = found.length > limit && last !== undefined;
      return {
        items,
        nextCursor: isMore ? makeCursor(['subscriptions', tenant], last.id) : null,
      };
    },
    replace(before, after) {
      return writer.write(() => {
        const values = { ...toRow(after), versionBefore: before.version };
        return replace.run(values).changes === 0 ? 'superseded' : 'replaced';
      });
    },
    remove(tenant, id) {
      return writer.write(() => remove.run(tenant, id).changes !== 0);
    },
    ...createCounts(database),
    async tenants() {
      return tenants.all().map(({ tenant }) => String(tenant));
    },
    async listOperational(tenant) {
      return listOperational.all(tenant).map(fromRow);
    },
  };
}

function createCounts(database: DatabaseSync): Pick<SubscriptionStore, 'count' | 'countActive'> {
  const count = database.prepare(
    `SELECT count(*) AS count FROM subscriptions INDEXED BY subscriptions_by_status
     WHERE tenant = ?`,
  );
  const countActive = database.prepare(
    `SELECT count(*) AS count FROM subscriptions WHERE tenant = ? AND status = 'active'`,
  );
  return {
    async count(tenant) {
      return Number(count.get(tenant)?.['count']);
    },
    async countActive(tenant) {
      return Number(countActive.get(tenant)?.['count']);
    },
  };
}

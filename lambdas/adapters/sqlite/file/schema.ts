// The tables, as a list of migrations: the file's `user_version` counts those applied. A released
// migration is never changed; new ones are appended.
import { firstMigration } from './first-migration.ts';

export const migrations: readonly string[] = [
  firstMigration,
  `
  ALTER TABLE deliveries ADD COLUMN turn TEXT;
  ALTER TABLE subscriptions ADD COLUMN rate_limit TEXT; -- JSON
  ALTER TABLE subscriptions ADD COLUMN health TEXT NOT NULL
    DEFAULT '{"failingSince":null,"circuit":{"state":"closed","since":0},"backlogJob":null,"history":[]}';

  CREATE TABLE rate_limits (
    tenant TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    rate TEXT NOT NULL, -- The limit itself, per second / burst.
    busy_until REAL NOT NULL,
    PRIMARY KEY (tenant, subscription_id, rate)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX rate_limits_by_end ON rate_limits (busy_until);
  `,
  `
  ALTER TABLE deliveries ADD COLUMN last_status_code INTEGER;
  ALTER TABLE deliveries ADD COLUMN last_error_code TEXT;

  CREATE TABLE replays (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    filters TEXT NOT NULL, -- JSON
    per_second INTEGER NOT NULL,
    state TEXT NOT NULL,
    matched INTEGER,
    examined INTEGER NOT NULL,
    replayed INTEGER NOT NULL,
    skipped INTEGER NOT NULL,
    remaining TEXT NOT NULL, -- JSON
    cursor TEXT,
    step INTEGER NOT NULL,
    next_due_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER,
    expires_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX replays_by_state ON replays (tenant, state);
  CREATE INDEX replays_by_expiry ON replays (expires_at) WHERE expires_at IS NOT NULL;
  `,
  `
  ALTER TABLE subscriptions ADD COLUMN operational_events TEXT NOT NULL DEFAULT 'false'; -- JSON
  CREATE INDEX subscriptions_operational ON subscriptions (tenant, operational_events, id);
  `,
  `
  CREATE TABLE tenants (tenant TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
  INSERT INTO tenants SELECT DISTINCT tenant FROM subscriptions;

  -- An entry for every delivery that was accepted, whatever becomes of its row.
  CREATE TABLE ledger_entries (
    tenant TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (tenant, delivery_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ledger_entries_by_end ON ledger_entries (kept_until);
  -- How long the rows that are here already were to be kept is not known: none of them can be missed.
  INSERT INTO ledger_entries SELECT tenant, id, created_at FROM deliveries;
  `,
  `
  ALTER TABLE dead_letters RENAME TO dead_letters_before;
  CREATE TABLE dead_letters (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    body TEXT NOT NULL,
    receive_count INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    buried_at INTEGER NOT NULL,
    redriven_at INTEGER,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  -- Ids start with the time; these are older than all others.
  INSERT INTO dead_letters
    SELECT CASE WHEN json_valid(body) THEN coalesce(json_extract(body, '$.tenant'), 'default')
        ELSE 'default' END,
      'ltr_' || printf('%025d', id), CASE WHEN json_valid(body) THEN 'failed' ELSE 'unreadable' END,
      reason, body, receive_count, sent_at, dead_at, NULL
    FROM dead_letters_before;
  DROP TABLE dead_letters_before;
  CREATE INDEX dead_letters_by_time ON dead_letters (buried_at);
  `,
  `ALTER TABLE deliveries ADD COLUMN content_encoding TEXT;`,
  `
  ALTER TABLE deliveries ADD COLUMN pauses INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE deliveries ADD COLUMN pauses_since INTEGER;
  `,
  `
  ALTER TABLE tenants ADD COLUMN checked_until INTEGER; -- The ledger, by its hourly check.

  -- Subscriptions that were deleted, until nothing that they left is open.
  CREATE TABLE tombstones (
    tenant TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    deleted_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, subscription_id)
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- The clock's reading when busy_until, or visible_at, was set: one that was ahead is worth nothing.
  ALTER TABLE rate_limits ADD COLUMN reserved_at INTEGER;
  ALTER TABLE queue_messages ADD COLUMN waits_since INTEGER;
  `,
  `
  -- The process that serves this file.
  CREATE TABLE owner (
    only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
    boot TEXT NOT NULL
  ) STRICT;
  `,
  `
  -- How much is parked of a subscription is then in the index.
  ALTER TABLE deliveries ADD COLUMN body_bytes INTEGER NOT NULL DEFAULT 0;
  UPDATE deliveries SET body_bytes = coalesce((SELECT length(body) FROM bodies
    WHERE bodies.tenant = deliveries.tenant AND delivery_id = id), 0);
  DROP INDEX deliveries_by_subscription_and_status;
  CREATE INDEX deliveries_by_subscription_and_status
    ON deliveries (tenant, subscription_id, status, id, body_bytes);
  `,
  `
  ALTER TABLE deliveries ADD COLUMN sender_headers TEXT; -- JSON
  ALTER TABLE subscriptions ADD COLUMN hub_signature TEXT NOT NULL DEFAULT 'current';
  `,
];

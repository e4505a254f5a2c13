// The tables, as a list of migrations: the file's `user_version` counts how many it has had. A migration that was
// released is never changed; a new one is added at the end.
export const migrations: readonly string[] = [
  `
  CREATE TABLE subscriptions (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    name TEXT,
    target_url TEXT NOT NULL,
    secret TEXT,
    previous_secrets TEXT NOT NULL, -- JSON
    timestamped_signature TEXT NOT NULL, -- JSON
    event_types TEXT, -- JSON
    status TEXT NOT NULL,
    inactive_reason TEXT,
    retry_schedule TEXT, -- JSON
    timeout_ms INTEGER,
    held_until INTEGER,
    custom_headers TEXT NOT NULL, -- JSON
    auth TEXT, -- JSON
    verification TEXT, -- JSON
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX subscriptions_by_status ON subscriptions (tenant, status);

  -- Ids start with the time, so every index that ends in the id is in order of time.
  CREATE TABLE deliveries (
    tenant TEXT NOT NULL,
    id TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    event_type TEXT,
    content_type TEXT NOT NULL,
    hops INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    completed_at INTEGER,
    next_attempt_at INTEGER,
    cycle INTEGER NOT NULL,
    cycle_attempt INTEGER NOT NULL,
    attempt_count INTEGER NOT NULL,
    expires_at INTEGER,
    version INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX deliveries_by_status ON deliveries (tenant, status, id);
  CREATE INDEX deliveries_by_subscription ON deliveries (tenant, subscription_id, id);
  CREATE INDEX deliveries_by_subscription_and_status
    ON deliveries (tenant, subscription_id, status, id);
  CREATE INDEX deliveries_by_expiry ON deliveries (expires_at) WHERE expires_at IS NOT NULL;

  -- Apart from the deliveries, so that a list does not read bodies.
  CREATE TABLE bodies (
    tenant TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    body BLOB NOT NULL,
    PRIMARY KEY (tenant, delivery_id),
    FOREIGN KEY (tenant, delivery_id) REFERENCES deliveries (tenant, id) ON DELETE CASCADE
  ) STRICT;

  CREATE TABLE attempts (
    tenant TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    cycle INTEGER NOT NULL,
    at INTEGER NOT NULL,
    duration_ms REAL NOT NULL,
    outcome TEXT NOT NULL,
    status_code INTEGER,
    error_code TEXT,
    error_details TEXT,
    response_body TEXT,
    target_url TEXT NOT NULL,
    dns_ms REAL,
    connect_ms REAL,
    tls_ms REAL,
    first_byte_ms REAL,
    PRIMARY KEY (tenant, delivery_id, number),
    FOREIGN KEY (tenant, delivery_id) REFERENCES deliveries (tenant, id) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE idempotency_keys (
    tenant TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    key TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (tenant, subscription_id, key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);

  CREATE TABLE stats_hours (
    tenant TEXT NOT NULL,
    subscription_id TEXT NOT NULL, -- Empty for the tenant's own counters.
    hour INTEGER NOT NULL,
    pending INTEGER NOT NULL,
    retrying INTEGER NOT NULL,
    parked INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    cancelled INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    latency TEXT NOT NULL, -- JSON
    PRIMARY KEY (tenant, subscription_id, hour)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX stats_hours_by_hour ON stats_hours (hour);

  CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    tenant TEXT NOT NULL,
    name TEXT,
    scopes TEXT NOT NULL, -- JSON
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX api_keys_by_time ON api_keys (tenant, created_at);

  -- A message waits (ready = 0) until visible_at: for its time, or leased to a receiver. Then it is ready.
  CREATE TABLE queue_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscription_id TEXT NOT NULL,
    body TEXT NOT NULL, -- JSON
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    ready INTEGER NOT NULL,
    receive_count INTEGER NOT NULL DEFAULT 0,
    lease_token TEXT,
    reason TEXT -- Why its receiver last gave it back.
  ) STRICT;
  CREATE INDEX queue_messages_waiting ON queue_messages (visible_at) WHERE ready = 0;
  CREATE INDEX queue_messages_ready ON queue_messages (subscription_id, visible_at) WHERE ready = 1;

  CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    receive_count INTEGER NOT NULL,
    reason TEXT NOT NULL,
    dead_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX dead_letters_by_time ON dead_letters (dead_at);
  `,
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
  `
  -- The clock's reading when busy_until, or visible_at, was set: one that was ahead is worth nothing.
  ALTER TABLE rate_limits ADD COLUMN reserved_at INTEGER;
  ALTER TABLE queue_messages ADD COLUMN waits_since INTEGER;
  `,
];

export const schemaVersion = migrations.length;

// The initial tables; `schema.ts` has the changes since.
export const firstMigration = `
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
  `;

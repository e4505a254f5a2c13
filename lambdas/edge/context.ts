// Builds the operations' context from ports and settings, for the functions and the local server
// alike.
import { limits } from '../contract/limits/limits.ts';
import { SettingsError } from '../contract/settings.ts';
import type { LocalSettings, ServiceSettings } from '../contract/settings.ts';
import { parseTargetPolicy } from '../core/endpoints/address.ts';
import type { TargetPolicy } from '../core/endpoints/address.ts';
import { createMemo } from '../core/shared/memo.ts';
import type { Ports } from '../core/ports.ts';
import { hourMs } from '../core/ledger/stats.ts';
import type { Context } from '../operations/context.ts';
import { stampedQueue } from '../operations/stamped-queue.ts';

/** Throws a `SettingsError` for an invalid CIDR. */
export function targetPolicyOf(
  settings: Pick<
    ServiceSettings,
    'ALLOW_HTTP_TARGETS' | 'TARGET_ALLOW_CIDRS' | 'TARGET_ALLOW_HOSTS'
  >,
): TargetPolicy {
  const parsed = parseTargetPolicy({
    allowHttp: settings.ALLOW_HTTP_TARGETS,
    allowCidrs: settings.TARGET_ALLOW_CIDRS,
    allowHosts: settings.TARGET_ALLOW_HOSTS,
  });
  if (!parsed.ok) throw new SettingsError(`TARGET_ALLOW_CIDRS: ${parsed.detail}.`);
  return parsed.policy;
}

export function createContext(
  ports: Ports,
  settings: ServiceSettings & Partial<Pick<LocalSettings, 'PARKED_MB_MAX'>>,
  targets: TargetPolicy,
): Context {
  const subscriptions = {
    ttlMs: settings.SUBSCRIPTION_MEMO_MS,
    entriesMax: limits.subscriptionMemoEntriesMax,
  };
  return {
    ...ports,
    queue: stampedQueue(ports.queue, ports.clock),
    rules: {
      apiAuth: settings.API_AUTH,
      targets,
      retrySchedule: settings.RETRY_SCHEDULE,
      timeoutMs: settings.DELIVERY_TIMEOUT_MS,
      retentionMs: settings.RETENTION_HOURS * hourMs,
      bodyBytesMax: settings.MAX_BODY_BYTES,
      untypedEvents: settings.UNTYPED_EVENTS,
      quota: {
        events: settings.INGEST_EVENTS_PER_SECOND ?? Infinity,
        bytes: settings.INGEST_BYTES_PER_SECOND ?? Infinity,
      },
      wrongCredentialsMax: settings.WRONG_CREDENTIALS_MAX,
      subscriptionsMax: settings.SUBSCRIPTIONS_MAX,
      parkedEventsMax: settings.PARKED_EVENTS_MAX,
      parkedBytesMax: (settings.PARKED_MB_MAX ?? Infinity) * 1024 * 1024,
      operationalEvents: settings.OPERATIONAL_EVENTS,
    },
    subscriptionMemo: createMemo(subscriptions),
    operationalMemo: createMemo(subscriptions),
    attemptWindows: new Map(),
    sending: { unsent: null },
    quotaMeters: new Map(),
    wrongCredentials: new Map(),
    rightCredentials: new Map(),
    parkedMemo: createMemo({
      ttlMs: limits.parkedMemoTtlMs,
      entriesMax: limits.subscriptionMemoEntriesMax,
    }),
    subscriptionCountMemo: createMemo({
      ttlMs: limits.subscriptionCountTtlMs,
      entriesMax: limits.subscriptionCountsKept,
    }),
    absentKeys: new Map(),
    tokenMemo: createMemo({
      ttlMs: limits.tokenLifetimeMsMax,
      entriesMax: limits.tokenMemoEntriesMax,
    }),
    tokenFetches: new Map(),
    certificateMemo: createMemo({
      ttlMs: limits.snsCertificateMemoTtlMs,
      entriesMax: limits.snsCertificatesKept,
    }),
    apiKeyMemo: createMemo({ ttlMs: limits.keyMemoTtlMs, entriesMax: limits.keyMemoEntriesMax }),
  };
}

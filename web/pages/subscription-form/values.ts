// What the form of a subscription holds, and the fields of the API that it stands for. An edit sends only what was
// changed, so that what the form does not know stays as it is.
import type { Body } from '../../api/calls.ts';
import type { Subscription } from '../../api/resources.ts';

export type Fields = Body<'updateSubscription'>;

/** What the API shows in the place of a secret; sent back, it changes nothing. */
export const mask = '••••••';

export type AuthKind = 'none' | 'basic' | 'bearer' | 'header' | 'oauth2' | 'mtls';
export type Scheme = 'none' | NonNullable<Subscription['verification']>['scheme'];

export type Values = {
  name: string;
  targetUrl: string;
  /** Empty leaves the one that is there. */
  secret: string;
  removesSecret: boolean;
  isTimestamped: boolean;
  hubSignature: Subscription['hub_signature'];
  eventTypes: readonly string[];
  isActive: boolean;
  schedule: 'default' | 'standard' | 'fast' | 'custom';
  scheduleSeconds: string;
  timeoutSeconds: string;
  ratePerSecond: string;
  rateBurst: string;
  headers: readonly { name: string; value: string }[];
  auth: { kind: AuthKind } & Record<string, string>;
  verification: { kind: Scheme } & Record<string, string>;
  /** Counts where the scheme signs the body alone. */
  dedupes: boolean;
  isOperational: boolean;
};

const none: Values = {
  name: '',
  targetUrl: '',
  secret: '',
  removesSecret: false,
  isTimestamped: false,
  hubSignature: 'current',
  eventTypes: [],
  isActive: true,
  schedule: 'default',
  scheduleSeconds: '',
  timeoutSeconds: '',
  ratePerSecond: '',
  rateBurst: '',
  headers: [],
  auth: { kind: 'none' },
  verification: { kind: 'none' },
  dedupes: false,
  isOperational: false,
};

export function valuesOf(subscription: Subscription | null): Values {
  if (subscription === null) return none;
  const { rate_limit: rate, timeout_ms: timeout, auth, verification } = subscription;
  return {
    name: subscription.name ?? '',
    targetUrl: subscription.target_url,
    secret: '',
    removesSecret: false,
    isTimestamped: subscription.timestamped_signature,
    hubSignature: subscription.hub_signature,
    eventTypes: subscription.event_types ?? [],
    isActive: subscription.status === 'active',
    ...scheduleOf(subscription.retry_schedule),
    timeoutSeconds: timeout === null ? '' : String(timeout / 1_000),
    ratePerSecond: rate === null ? '' : String(rate.per_second),
    rateBurst: rate === null ? '' : String(rate.burst),
    headers: Object.entries(subscription.custom_headers).map(([name, value]) => ({ name, value })),
    auth: auth === null ? { kind: 'none' } : { ...texts(auth, 'type'), kind: auth.type },
    verification:
      verification === null
        ? { kind: 'none' }
        : { ...texts(verification, 'scheme'), kind: verification.scheme },
    dedupes: isDeduped(verification),
    isOperational: subscription.operational_events,
  };
}

function scheduleOf(
  given: Subscription['retry_schedule'],
): Pick<Values, 'schedule' | 'scheduleSeconds'> {
  if (given === null) return { schedule: 'default', scheduleSeconds: '' };
  if (typeof given === 'string') return { schedule: given, scheduleSeconds: '' };
  return { schedule: 'custom', scheduleSeconds: given.join(', ') };
}

function texts(given: object, kind: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name, value]) => name !== kind && typeof value === 'string')
      .map(([name, value]) => [name, String(value)]),
  );
}

/** All fields for a new subscription; for an edit, those that differ from what was there. */
export function fieldsOf(values: Values, before: Values | null): Fields {
  const all = allFields(values, before !== null);
  if (before === null) return all;
  const earlier = allFields(before, true);
  const names = Object.keys(all) as (keyof Fields)[];
  const changed = names.filter(
    (name) => JSON.stringify(all[name]) !== JSON.stringify(earlier[name]),
  );
  return Object.fromEntries(changed.map((name) => [name, all[name]]));
}

function allFields(values: Values, isEdit: boolean): Fields {
  return {
    name: values.name.trim() === '' ? null : values.name.trim(),
    target_url: values.targetUrl.trim(),
    secret: secretOf(values, isEdit),
    timestamped_signature: values.isTimestamped,
    hub_signature: values.hubSignature,
    event_types: values.eventTypes.length === 0 ? null : [...values.eventTypes],
    status: values.isActive ? 'active' : 'inactive',
    retry_schedule: scheduleField(values),
    timeout_ms: secondsAsMs(values.timeoutSeconds),
    rate_limit: rateField(values),
    custom_headers: headersField(values.headers),
    auth: authField(values.auth),
    verification: verificationField(values),
    operational_events: values.isOperational,
  };
}

function secretOf({ secret, removesSecret }: Values, isEdit: boolean): string | null {
  if (removesSecret) return null;
  if (secret.trim() !== '') return secret.trim();
  return isEdit ? mask : null;
}

function scheduleField({ schedule, scheduleSeconds }: Values): Fields['retry_schedule'] {
  if (schedule === 'default') return null;
  if (schedule !== 'custom') return schedule;
  return scheduleSeconds
    .split(/[\s,;]+/)
    .filter((part) => part !== '')
    .map(Number);
}

function secondsAsMs(text: string): number | null {
  return text.trim() === '' ? null : Math.round(Number(text) * 1_000);
}

function rateField({ ratePerSecond, rateBurst }: Values): Fields['rate_limit'] {
  if (ratePerSecond.trim() === '') return null;
  return {
    per_second: Number(ratePerSecond),
    ...(rateBurst.trim() !== '' && { burst: Number(rateBurst) }),
  };
}

function headersField(headers: Values['headers']): Record<string, string> {
  const named = headers.filter(({ name }) => name.trim() !== '');
  return Object.fromEntries(named.map(({ name, value }) => [name.trim(), value]));
}

/** Of a user and a password one may be empty, and is sent so. */
function authField(auth: Values['auth']): Fields['auth'] {
  const halves = auth.kind === 'basic' && { username: '', password: '' };
  const given = kindField(auth, 'type');
  return (given === null ? null : { ...halves, ...given }) as Fields['auth'];
}

function isDeduped(verification: Subscription['verification']): boolean {
  return verification !== null && 'dedupe' in verification && verification.dedupe === true;
}

export function signsBodyAlone(scheme: Scheme): boolean {
  return ['github', 'hmac', 'meta', 'shopify'].includes(scheme);
}

function verificationField({ verification, dedupes }: Values): Fields['verification'] {
  const given = kindField(verification, 'scheme');
  const dedupe = dedupes && signsBodyAlone(verification.kind) && { dedupe: true };
  return (given === null ? null : { ...given, ...dedupe }) as Fields['verification'];
}

/** Empty texts are left out: they mean "not given". */
function kindField(given: { kind: string } & Record<string, string>, name: 'type' | 'scheme') {
  const { kind, ...rest } = given;
  if (kind === 'none') return null;
  // No secret, name or address that is pasted here ends in white space; a certificate may.
  const filled = Object.entries(rest)
    .map(([field, value]) => [field, value.includes('\n-') ? value : value.trim()] as const)
    .filter(([, value]) => value !== '');
  return { [name]: kind, ...Object.fromEntries(filled) };
}

// Which URLs a webhook may be sent to, judged by text alone. The sender judges again with every DNS
// answer and every connected socket, so a name that passes here gains nothing by resolving to a
// private address.
import { isIP } from 'node:net';
import { limits } from '../../contract/limits/limits.ts';
import { isAmongHosts, isHostName, isLocalhost } from '../../contract/endpoints/target-hosts.ts';
import { isAllowedAddress, type TargetPolicy } from './address.ts';
import { isRefusedPort } from './target-port.ts';

/** The rules a URL can break. A closed list: API, console and docs share these words. */
export const targetRules = [
  'length',
  'characters',
  'syntax',
  'scheme',
  'userinfo',
  'fragment',
  'port',
  'host_name',
  'address',
] as const;

export type TargetRule = (typeof targetRules)[number];

/** Where a request goes. `host` has no brackets and no trailing dot, as DNS and TLS expect. */
export type Target = {
  /** As the user wrote it. */
  url: string;
  scheme: 'http' | 'https';
  host: string;
  hostKind: 'address' | 'localhost' | 'name';
  port: number;
};

export type TargetCheck =
  | { ok: true; target: Target }
  | { ok: false; rule: TargetRule; detail: string };

const details: Record<TargetRule, string> = {
  length: `The URL is longer than ${limits.targetUrlLengthMax} characters`,
  characters: 'The URL contains whitespace, backslashes, or control or invisible characters',
  syntax: 'The URL does not have the form https://host/path',
  scheme: 'The URL does not start with https://',
  userinfo: 'The URL contains a user name or password',
  fragment: 'The URL contains a fragment (#)',
  port: 'Webhooks may not use this port',
  host_name: 'The host is not a fully qualified public DNS name',
  address: 'Webhooks may not be sent to this address',
};

// "tabs and newlines are removed" and "\\ is /" (WHATWG URL) make a URL mean something other than
// it shows; so do invisible characters, which IDNA drops from host names.
const deceptive = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Z}\\]/u;

// In this order: each may rely on those before it.
const textRules: readonly (readonly [rule: TargetRule, isBrokenBy: (text: string) => boolean])[] = [
  ['length', (text) => text.length > limits.targetUrlLengthMax],
  ['characters', (text) => deceptive.test(text)],
  ['scheme', (text) => /^(?!https?:)[a-z][a-z\d+.-]*:/i.test(text)],
  // The URL parser forgives missing and extra slashes: http:host, http:///host.
  ['syntax', (text) => authorityOf(text) === '' || !URL.canParse(text)],
  ['userinfo', (text) => authorityOf(text).includes('@')],
  ['fragment', (text) => text.includes('#')],
  // Escaped hosts and empty ports are useless, and programs read them differently.
  ['syntax', (text) => /%|:$/.test(authorityOf(text))],
];

/** Names the first rule that a URL breaks, never what is behind the URL. */
export function checkTargetUrl(text: string, policy: TargetPolicy): TargetCheck {
  const broken = textRules.find(([, isBrokenBy]) => isBrokenBy(text));
  if (broken !== undefined) return refusal(broken[0]);
  const target = parseTarget(text);
  if (target.scheme === 'http' && !policy.allowHttp) return refusal('scheme');
  if (isRefusedPort(target.port)) return refusal('port');
  const rule = brokenHostRule(target, policy);
  return rule === null ? { ok: true, target } : refusal(rule);
}

/**
 * A name outside the public DNS that the operator allows. Its addresses are judged all the same.
 */
export function isAllowedName(host: string, policy: Pick<TargetPolicy, 'allowHosts'>): boolean {
  return isHostName(host) && !isLocalhost(host) && isAmongHosts(host, policy.allowHosts);
}

/** What the names for this machine resolve to; empty if the policy excludes them. */
export function allowedLoopbackAddresses(policy: Pick<TargetPolicy, 'allowed'>): string[] {
  return ['127.0.0.1', '::1'].filter((address) => isAllowedAddress(address, policy));
}

function authorityOf(text: string): string {
  return /^https?:\/\/([^/?#]+)/i.exec(text)?.[1] ?? '';
}

function parseTarget(text: string): Target {
  const url = new URL(text);
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const host = url.hostname.replace(/[[\]]/g, '').replace(/\.$/, '');
  const port = url.port === '' ? { http: 80, https: 443 }[scheme] : Number(url.port);
  return { url: text, scheme, host, hostKind: kindOf(host), port };
}

function kindOf(host: string): Target['hostKind'] {
  if (isIP(host) !== 0) return 'address';
  return isLocalhost(host) ? 'localhost' : 'name';
}

function brokenHostRule(target: Target, policy: TargetPolicy): TargetRule | null {
  switch (target.hostKind) {
    case 'address':
      if (!isAllowedAddress(target.host, policy)) return 'address';
      // 0x8.8.8.8, 134744072 or full-width digits: an allowed address, but written to be misread.
      return isIP(target.host) === 6 || isWritten(target) ? null : 'syntax';
    case 'localhost':
      return allowedLoopbackAddresses(policy).length > 0 ? null : 'host_name';
    case 'name':
      return isPublicName(target.host) || isAllowedName(target.host, policy) ? null : 'host_name';
  }
}

function isWritten({ url, host }: Target): boolean {
  const [written] = authorityOf(url).split(':');
  return written === host;
}

// Names that are never public: RFC 6761 and 6762 (with its appendix G), 7686, 8375, 9476, ICANN's .internal, and
// what routers, containers and Lambda's sandbox.localdomain use. Not .test, .example and .invalid: they resolve
// nowhere, and people point at them on purpose to see a delivery fail.
const neverPublic = new Set(
  (
    'alt arpa corp docker home internal intranet lan local localdomain localhost onion private ' +
    'svc workgroup'
  ).split(' '),
);

function isPublicName(host: string): boolean {
  if (!isHostName(host) || !host.includes('.')) return false;
  return !neverPublic.has(host.slice(host.lastIndexOf('.') + 1));
}

function refusal(rule: TargetRule): TargetCheck {
  return { ok: false, rule, detail: details[rule] };
}

// Which URLs a webhook may be sent to, as far as the text alone can tell. The sender judges again with every
// DNS answer and every connected socket, so a name that passes here gains nothing by resolving to a private address.
import { isIP } from 'node:net';
import { limits } from '../../contract/limits/limits.ts';
import { isAmongHosts, isHostName, isLocalhost } from '../../contract/endpoints/target-hosts.ts';
import { isAllowedAddress, type TargetPolicy } from './address.ts';
import { isRefusedPort } from './target-port.ts';

/** The rules a URL can break. A closed list: API, console and docs use the same words. */
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

/** Where a request goes. `host` has no brackets and no last dot, as DNS and TLS want it. */
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
  characters: 'The URL has white space, backslashes, or control or invisible characters',
  syntax: 'The URL is not of the form https://host/path',
  scheme: 'The URL does not begin with https://',
  userinfo: 'The URL has a user name or password',
  fragment: 'The URL has a fragment (#)',
  port: 'The port is one that webhooks may not use',
  host_name: 'The host is not a full name in the public DNS',
  address: 'The host is not an address that webhooks may be sent to',
};

// "tabs and newlines are removed" and "\\ is /" (WHATWG URL) make a text mean another than it shows; so do
// invisible characters, which IDNA drops from host names.
const deceptive = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Z}\\]/u;

// In this order, so that each may rely on those before it.
const textRules: readonly (readonly [rule: TargetRule, isBrokenBy: (text: string) => boolean])[] = [
  ['length', (text) => text.length > limits.targetUrlLengthMax],
  ['characters', (text) => deceptive.test(text)],
  ['scheme', (text) => /^(?!https?:)[a-z][a-z\d+.-]*:/i.test(text)],
  // The URL parser would forgive missing and surplus slashes: http:host, http:///host.
  ['syntax', (text) => authorityOf(text) === '' || !URL.canParse(text)],
  ['userinfo', (text) => authorityOf(text).includes('@')],
  ['fragment', (text) => text.includes('#')],
  // Neither an escaped host nor an empty port has a use, and programs read them differently.
  ['syntax', (text) => /%|:$/.test(authorityOf(text))],
];

/** Says which rule a URL breaks first, never what is behind it. */
export function checkTargetUrl(text: string, policy: TargetPolicy): TargetCheck {
  const broken = textRules.find(([, isBrokenBy]) => isBrokenBy(text));
  if (broken !== undefined) return refusal(broken[0]);
  const target = parseTarget(text);
  if (target.scheme === 'http' && !policy.allowHttp) return refusal('scheme');
  if (isRefusedPort(target.port)) return refusal('port');
  const rule = brokenHostRule(target, policy);
  return rule === null ? { ok: true, target } : refusal(rule);
}

/** A name that the operator allows, though it is none of the public DNS. Its addresses are judged all the same. */
export function isAllowedName(host: string, policy: Pick<TargetPolicy, 'allowHosts'>): boolean {
  return isHostName(host) && !isLocalhost(host) && isAmongHosts(host, policy.allowHosts);
}

/** What the names for this very machine mean; empty where the policy keeps them out. */
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
      // 0x8.8.8.8, 134744072 or full-width digits: allowed as an address, but written to be misread.
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

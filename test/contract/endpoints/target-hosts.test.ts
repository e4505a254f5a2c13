import { describe, expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { localSettings, parseSettings } from '../../../lambdas/contract/settings.ts';
import { isAmongHosts } from '../../../lambdas/contract/endpoints/target-hosts.ts';

const hostsOf = (text: string) =>
  parseSettings(localSettings, { TARGET_ALLOW_HOSTS: text }).TARGET_ALLOW_HOSTS;

test('no names are allowed unless they are given', () => {
  expect(parseSettings(localSettings, {}).TARGET_ALLOW_HOSTS).toEqual([]);
});

test.each([
  ['', []],
  ['receiver', ['receiver']],
  [
    ' Receiver , host.docker.internal,,.svc.cluster.local ',
    ['receiver', 'host.docker.internal', '.svc.cluster.local'],
  ],
  ['.lan,my_host,xn--bcher-kva.corp', ['.lan', 'my_host', 'xn--bcher-kva.corp']],
])('%j names %j', (text, names) => {
  expect(hostsOf(text)).toEqual(names);
});

test.each([
  '10.0.0.1',
  '::1',
  '[::1]',
  '0x7f.1',
  '2130706433',
  '.1',
  'host.8',
  'localhost',
  'LOCALHOST',
  '.localhost',
  'a.localhost',
  '*.corp',
  '*',
  '.',
  '..corp',
  'a..b',
  'receiver.',
  'receiver:8080',
  'http://receiver',
  'receiver/hook',
  'user@receiver',
  'a b',
  'a\nb',
  '-a',
  'a-',
  'bücher.corp',
  'a%2e',
  'x'.repeat(64),
  `${'x.'.repeat(127)}corp`,
])('%j is neither a name nor a suffix, and the sentence quotes it', (text) => {
  const quoted = JSON.stringify(text.toLowerCase().slice(0, limits.quotedCharactersMax));
  expect(() => hostsOf(`receiver,${text}`)).toThrow(
    `TARGET_ALLOW_HOSTS must be comma-separated host names such as receiver, or suffixes such as .corp, and ${quoted} is neither.`,
  );
});

test('there are only so many', () => {
  const names = (count: number) => Array.from({ length: count }, (_, n) => `host${n}a`).join();
  const max = limits.targetAllowHostsMax;
  expect(hostsOf(names(max))).toHaveLength(max);
  expect(() => hostsOf(names(max + 1))).toThrow(`at most ${max} names`);
});

describe('among receiver and .corp', () => {
  test.each([
    ['receiver', true],
    ['a.receiver', false],
    ['xreceiver', false],
    ['receiver.corp', true],
    ['a.b.corp', true],
    ['corp', false],
    ['xcorp', false],
    ['a.corp.lan', false],
  ])('is %s: %s', (host, expected) => {
    expect(isAmongHosts(host, ['receiver', '.corp'])).toBe(expected);
  });
});

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { redirectTarget } from '../../../lambdas/core/endpoints/redirect-target.ts';

const asked = 'https://api.example.com:8443/hooks/in?key=secret';

test.each([
  ['https://www.example.com/hooks', 'https://www.example.com/hooks'],
  ['http://example.com', 'http://example.com/'],
  ['HTTPS://Example.COM:443/A', 'https://example.com/A'],
  ['/login', 'https://api.example.com:8443/login'],
  ['out', 'https://api.example.com:8443/hooks/out'],
  ['../x/./y', 'https://api.example.com:8443/x/y'],
  ['//other.example.com/x', 'https://other.example.com/x'],
  ['?token=secret', 'https://api.example.com:8443/hooks/in'],
  ['', 'https://api.example.com:8443/hooks/in'],
  ['https://user:secret@example.com/x', 'https://example.com/x'],
  ['/login?next=secret#secret', 'https://api.example.com:8443/login'],
  ['https://example.com/x#secret', 'https://example.com/x'],
  [' /a b\t', 'https://api.example.com:8443/a%20b'],
  ['/\u001b[31m\u0000\u007f', 'https://api.example.com:8443/%1B[31m%00%7F'],
  // As Node gives the UTF-8 bytes of ü, and of a right-to-left override.
  ['/\u00c3\u00bc', 'https://api.example.com:8443/%C3%BC'],
  ['/\u00e2\u0080\u00ae', 'https://api.example.com:8443/%E2%80%AE'],
  ['https://b\u00c3\u00bccher.example/', 'https://xn--bcher-kva.example/'],
])('%j leads to %s', (location, target) => {
  expect(redirectTarget(location, asked)).toBe(target);
});

test.each([
  undefined,
  'ftp://example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  'https://',
  'http://[::',
  'file:///etc/passwd',
])('%j leads nowhere usable as a target', (location) => {
  expect(redirectTarget(location, asked)).toBeNull();
});

test('is truncated if long', () => {
  const base = 'https://example.com/';
  const fitting = base.padEnd(limits.redirectCharactersMax, 'a');
  expect(redirectTarget(fitting, asked)).toBe(fitting);
  expect(redirectTarget(`${fitting}a`, asked)).toBe(`${fitting.slice(0, -1)}…`);
});

test('is short and printable, without query or fragment, whatever the endpoint says', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => {
      for (const location of [text, `/${text}`, `//${text}`, `https://h/${text}`]) {
        const target = redirectTarget(location, asked) ?? '';
        expect(target.length).toBeLessThanOrEqual(limits.redirectCharactersMax);
        expect(target).toMatch(/^[!-~]*…?$/);
        expect(target).not.toMatch(/[?#]|^https?:\/\/[^/]*@/);
      }
    }),
  );
});

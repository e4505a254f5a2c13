import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { problems } from '../../lambdas/contract/http/problems.ts';
import { sendErrorCodes } from '../../lambdas/core/deliveries/send-result.ts';

it('documents every error code of the sender, and no other', () => {
  const page = readFileSync(new URL('../../docs/error-codes.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  const judged = ['redirect', 'gone', 'http_error'];
  expect(new Set(documented)).toEqual(new Set([...sendErrorCodes, ...judged]));
});

it('documents every error code of the API with its status, and no other', () => {
  const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const documented = page.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \|/gm);
  const wanted = Object.entries(problems).map(([code, { status }]) => `${code} ${status}`);
  expect(new Set(Array.from(documented, ([, code, status]) => `${code} ${status}`))).toEqual(
    new Set(wanted),
  );
});

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sendErrorCodes } from '../../lambdas/core/deliveries/send-result.ts';

it('documents every error code of the sender, and no other', () => {
  const page = readFileSync(new URL('../../docs/error-codes.md', import.meta.url), 'utf8');
  const documented = [...page.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
  const judged = ['redirect', 'gone', 'http_error'];
  expect(new Set(documented)).toEqual(new Set([...sendErrorCodes, ...judged]));
});

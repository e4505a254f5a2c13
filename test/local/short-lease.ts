// The local server with a message lease of seconds: the real one outlasts any test.
import { limits } from '../../lambdas/contract/limits/limits.ts';

const lease: { -readonly [Name in 'queueVisibilityMs']: number } = limits;
lease.queueVisibilityMs = Number(process.env['LEASE_MS']);

await import('../../bin/local.ts');

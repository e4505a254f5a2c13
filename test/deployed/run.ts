// `npm run test:deployed -- --url <URL> --key <admin key>`: the black-box suite against any deployment. It needs a
// receiver that the deployment can reach: RECEIVER_PORT here, and RECEIVER_URL that forwards to it (docs/testing.md).
import { parseArgs } from 'node:util';
import { report, runSuite } from '../support/suites.ts';

const { values, positionals: filters } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string' } },
  allowPositionals: true,
});

if (values.url === undefined) {
  console.error('Usage: npm run test:deployed -- --url <URL> [--key <admin key>] [<test file>…]');
  process.exit(2);
}

const key = values.key === undefined ? {} : { ADMIN_KEY: values.key };
const env = { ...process.env, ...key, BASE_URL: values.url };
const totals = runSuite('deployed-black-box', 'black-box', { env, filters });
process.exit(report('deployed', [totals]) ? 0 : 1);

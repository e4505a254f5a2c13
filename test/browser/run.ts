// `npm run test:browser [-- <test file>…]`: the console in a real browser, against local servers of the suite's own.
//   --url <URL> [--key <admin key>]   against a deployment instead; --console <URL> where the browser needs another URL
//   --pictures                        takes the pictures of docs/pictures instead of testing
import { parseArgs } from 'node:util';
import { onDeployments } from './support/on-deployments.ts';
import { report, runSuite } from '../support/suites.ts';

const { values, positionals: filters } = parseArgs({
  options: {
    url: { type: 'string' },
    key: { type: 'string' },
    console: { type: 'string' },
    pictures: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});

if (values.pictures) {
  const { takePictures } = await import('./screenshots.ts');
  await takePictures();
} else {
  const env = { ...process.env, ...environmentOf(values) };
  const chosen = values.url === undefined || filters.length > 0 ? filters : onDeployments;
  const totals = runSuite('browser-suite', 'browser', { env, filters: chosen });
  process.exitCode = report('browser', [totals]) ? 0 : 1;
}

function environmentOf(given: { url?: string; key?: string; console?: string }) {
  return {
    ...(given.url !== undefined && { BASE_URL: given.url }),
    ...(given.key !== undefined && { ADMIN_KEY: given.key }),
    ...(given.console !== undefined && { CONSOLE_URL: given.console }),
  };
}

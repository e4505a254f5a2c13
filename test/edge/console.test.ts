import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { consolePages } from '../../lambdas/contract/http/console-paths.ts';
import { createConsoleHandler, isConsolePath } from '../../lambdas/edge/console/console.ts';
import { readConsoleFiles } from '../../lambdas/edge/console/console-files.ts';
import { httpApiEvent, restApiEvent } from '../support/gateway-events.ts';

const script = 'console.log("the console");';

function setup() {
  const folder = mkdtempSync(join(tmpdir(), 'console-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'assets/app-1.js'), script);
  writeFileSync(join(folder, 'assets/style-1.css'), 'p{}');
  writeFileSync(join(folder, 'assets/icon-1.svg'), '<svg/>');
  writeFileSync(join(folder, 'assets/app-1.js.99.part'), 'half');
  writeFileSync(join(folder, 'index.html'), '<head><base href="/" /></head>');
  return createConsoleHandler(readConsoleFiles(folder));
}

const get = (path: string, headers = {}) => httpApiEvent({ method: 'GET', path, headers });

function restGet(path: string, contextPath: string) {
  const event = restApiEvent({ method: 'GET', path });
  return { ...event, requestContext: { ...event.requestContext, path: contextPath } };
}

test.each(consolePages)('the page answers at %s', (path) => {
  const { statusCode, headers, body } = setup()(get(path.replace('{id}', 'sub_1')));
  expect({ statusCode, body }).toEqual({ statusCode: 200, body: expect.stringContaining('<base') });
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
  });
});

test.each(['/', '/assets/app-1.js', '/assets/gone.js'])(
  '%s runs nothing of elsewhere, is framed by nobody and tells no address',
  (path) => {
    const { headers } = setup()(get(path));
    const policy = headers['content-security-policy']?.split('; ');
    expect(policy).toEqual(
      expect.arrayContaining(["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"]),
    );
    expect(headers['content-security-policy']).not.toMatch(/unsafe|\*|https?:/);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
  },
);

test.each([
  ['app-1.js', 'text/javascript; charset=utf-8'],
  ['style-1.css', 'text/css; charset=utf-8'],
  ['icon-1.svg', 'image/svg+xml'],
])('the file %s has its type and may be kept for good', (name, type) => {
  expect(setup()(get(`/assets/${name}`)).headers).toMatchObject({
    'content-type': type,
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

test('a file is zipped only for who takes that', () => {
  const handle = setup();
  const zipped = handle(get('/assets/app-1.js', { 'accept-encoding': 'br, gzip' }));
  expect(zipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'accept-encoding' });
  expect(gunzipSync(Buffer.from(zipped.body, 'base64')).toString()).toBe(script);
  const plain = handle(get('/assets/app-1.js'));
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(Buffer.from(plain.body, 'base64').toString()).toBe(script);
});

test.each(['gone.js', 'app-1.js.99.part', '..%2findex.html', 'constructor'])(
  'no file is called %s, and nobody keeps that answer',
  (name) => {
    const { statusCode, headers } = setup()(get(`/assets/${name}`));
    expect(statusCode).toBe(404);
    expect(headers['cache-control']).toBe('no-store');
  },
);

test.each([
  ['/subscriptions', '/live/subscriptions', '/live/'],
  ['/', '/live/', '/live/'],
  ['/', '/live', '/live/'],
  ['/subscriptions', '/subscriptions', '/'],
  ['/subscriptions', '/"><script>/subscriptions', '/'],
])('the page at %s of %s has its links under %s', (path, contextPath, base) => {
  expect(setup()(restGet(path, contextPath)).body).toContain(`<base href="${base}" />`);
});

test('the page of an HTTP API with a stage has its links under the stage', () => {
  const event = get('/keys');
  const requestContext = { ...event.requestContext, stage: 'beta' };
  const { body } = setup()({ ...event, rawPath: '/beta/keys', requestContext });
  expect(body).toContain('<base href="/beta/" />');
});

test.each([
  '/api/health',
  '/openapi.json',
  '/nothing',
  '/subscriptions//',
  '/dev/inbox',
  '/assets/',
])('%s is no path of the console', (path) => expect(isConsolePath(path)).toBe(false));

// Serves the console: its one page at all of its paths, and its files. The same locally and on AWS.
import { matchTemplate } from '../http/router.ts';
import { consoleAssets, consolePages } from '../../contract/http/console-paths.ts';
import type { ConsoleAsset, ConsoleFiles } from './console-files.ts';
import { readHttpEvent } from '../http/http-event.ts';
import type { HttpResponse } from '../http/response.ts';
import { problemResponse } from '../http/response.ts';

export type ConsoleResponse = Omit<HttpResponse, 'isBase64Encoded'> & { isBase64Encoded: boolean };

export type ConsoleRequest = {
  path: string;
  headers: Readonly<Record<string, string>>;
  /** The URL prefix of the path, such as a stage: empty, or `/live`. */
  basePath: string;
};

/** The page may only use its own scripts and styles and connect to its own origin. */
const securityHeaders = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'self'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

const baseElement = '<base href="/" />';

export function isConsolePath(path: string, pages: readonly string[] = consolePages): boolean {
  return [...pages, consoleAssets].some((template) => matchTemplate(template, path) !== null);
}

export function answerConsole(files: ConsoleFiles, request: ConsoleRequest): ConsoleResponse {
  const name = matchTemplate(consoleAssets, request.path)?.['name'];
  if (name === undefined) return pageResponse(files.page, request.basePath);
  const asset = files.assets.get(name);
  if (asset !== undefined) return assetResponse(asset, request.headers['accept-encoding'] ?? '');
  // A page of an older build may request files that are gone: nothing may cache this answer.
  const missing = {
    code: 'not-found',
    detail: 'The console has no such file',
    fields: [],
  } as const;
  const response = problemResponse(missing, '');
  return { ...response, headers: { ...response.headers, ...securityHeaders } };
}

export function createConsoleHandler(files: ConsoleFiles) {
  return (event: unknown): ConsoleResponse => {
    const { path, headers } = readHttpEvent(event);
    return answerConsole(files, { path, headers, basePath: basePathOf(event, path) });
  };
}

function pageResponse(page: string, basePath: string): ConsoleResponse {
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      ...securityHeaders,
    },
    body: page.replace(baseElement, `<base href="${basePath}/" />`),
    isBase64Encoded: false,
  };
}

function assetResponse({ type, bytes, gzip }: ConsoleAsset, accepted: string): ConsoleResponse {
  const zips = /\bgzip\b/.test(accepted);
  return {
    statusCode: 200,
    headers: {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
      ...(zips && { 'content-encoding': 'gzip' }),
      ...securityHeaders,
    },
    body: (zips ? gzip : bytes).toString('base64'),
    isBase64Encoded: true,
  };
}

type GatewayEvent = { rawPath?: unknown; requestContext?: { path?: unknown } };

/**
 * A stage precedes the path in the URL: REST APIs report it in the context, HTTP APIs in the raw
 * path.
 */
function basePathOf(event: unknown, path: string): string {
  const { rawPath, requestContext } = event as GatewayEvent;
  const told = rawPath ?? requestContext?.path;
  const whole = typeof told === 'string' ? told : path;
  const base = whole.endsWith(path) ? whole.slice(0, -path.length) : whole;
  // It becomes part of the page, so no HTML may get in, whatever a gateway says.
  return /^(\/[\w.~-]+)+$/.test(base) ? base : '';
}

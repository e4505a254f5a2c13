// Hostile input over HTTP: URLs that strangers choose, and endpoints that break every rule.
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outcome } from '../adapters/http/hostile-servers.ts';
import { hostileServers } from '../adapters/http/hostile-servers.ts';
import type { RawBehaviour, RawServer } from '../adapters/http/raw-server.ts';
import { startRawServer } from '../adapters/http/raw-server.ts';
import { refusedUrls } from '../core/endpoints/target-url-corpus.ts';
import { api, deliveryInStatus, ingest, subscribe, target } from './setup.ts';

const timeoutMs = 1_000;

/** Receivers may be on loopback, or in a private network where the suite is told of another host. */
const isLocal = target.RECEIVER_HOST === '127.0.0.1';
const loopback = /^(.*\.)?localhost\.?$|^127\.|^\[::1\]$|^\[::ffff:7f00:1\]$/;
const privateHost = /^(10|172|192\.168|100\.64)\.|^\[f[cd]/;

function mayBeAllowed(url: string): boolean {
  const { hostname } = new URL(url);
  return loopback.test(hostname) || (!isLocal && privateHost.test(hostname));
}

/** What is refused wherever the service runs: the hosts but for those, and some of each other rule. */
const refused = [
  ...[...refusedUrls.address, ...refusedUrls.host_name].filter(
    (url) => !URL.canParse(url) || !mayBeAllowed(url),
  ),
  ...(['characters', 'scheme', 'userinfo', 'fragment', 'port'] as const).flatMap((rule) =>
    refusedUrls[rule].slice(0, 8),
  ),
  ...refusedUrls.syntax.filter((url) => url !== '').slice(0, 8),
];

describe('a target that is refused wherever the service runs', () => {
  test('is refused at create and at update', async () => {
    expect(refused.length).toBeGreaterThanOrEqual(60);
    const { id } = await subscribe();
    const { subscription: before } = await api.call('getSubscription', { id });
    for (const target_url of refused) {
      for (const route of ['createSubscription', 'updateSubscription'] as const) {
        const { status, json } = await api.ask(route, { id, body: { target_url } });
        const { code } = json as { code?: string };
        expect([target_url, route, status, code]).toEqual([
          target_url,
          route,
          422,
          'unsafe-target-url',
        ]);
      }
    }
    const { subscription: after } = await api.call('getSubscription', { id });
    expect(after).toEqual(before);
  }, 60_000);
});

type Case = RawBehaviour & { outcome: Outcome };

const bomb = gzipSync(Buffer.alloc(10_000_000));

const cases: Record<string, Case> = {
  ...Object.fromEntries(
    [
      'never answers',
      'closes the connection after the request',
      'resets the connection after the request',
      'closes the connection within the headers',
      'sends headers byte by byte',
      'sends a header block of 1 MB',
      'sends headers without end',
      'stalls within the body',
      'sends a body byte by byte',
      'announces 10 GB and sends without end',
      'sends chunks without end',
      'sends less than it announced',
      'sends more than it announced',
      'sends 103 without end',
      'sends 100 and nothing more',
      'switches protocols',
      'sends a length beside chunks',
      'sends bare line feeds',
      'sends a malformed 500',
      'sends no HTTP at all',
      'sends a status of two digits',
      'sends the status 600',
    ].map((name) => [name, hostileServers[name]!]),
  ),
  'sends a gzip bomb': {
    onRequest: (socket) => {
      const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), bomb]));
    },
    outcome: { statusCode: 200, truncated: true, body: '\u{FFFD}'.repeat(1_000) },
  },
  'redirects to a metadata service': {
    onRequest: (socket) =>
      socket.write(
        'HTTP/1.1 307 Temporary Redirect\r\ncontent-length: 0\r\n' +
          'location: http://169.254.169.254/latest/meta-data/\r\n\r\n',
      ),
    outcome: {
      statusCode: 307,
      truncated: false,
      body: '',
      redirectsTo: 'http://169.254.169.254/latest/meta-data/',
    },
  },
};

// These speak no HTTP, so nothing that forwards HTTP can stand between.
describe.skipIf(target.RECEIVER_URL !== undefined)('an endpoint that', () => {
  const servers = new Map<string, RawServer>();

  beforeAll(async () => {
    const host = target.RECEIVER_HOST === '127.0.0.1' ? '127.0.0.1' : '0.0.0.0';
    for (const [name, behaviour] of Object.entries(cases)) {
      servers.set(name, await startRawServer({ ...behaviour, host }));
    }
  });

  afterAll(() => Promise.all([...servers.values()].map((server) => server.close())));

  test.each(Object.entries(cases))('%s', async (name, { outcome }) => {
    const { port, requests } = servers.get(name)!;
    const target_url = `http://${target.RECEIVER_HOST}:${port}/hook`;
    const { id } = await subscribe({ target_url, timeout_ms: timeoutMs, retry_schedule: [] });
    const expected = expectedOf(outcome);
    const { attempts } = await deliveryInStatus(await ingest(id), expected.status);
    expect(attempts).toEqual([expect.objectContaining(expected.attempt)]);
    const [{ duration_ms, response_body } = { duration_ms: Infinity, response_body: null }] =
      attempts;
    expect(duration_ms).toBeLessThanOrEqual(timeoutMs + target.LATENESS_MS);
    expect(response_body?.length ?? 0).toBeLessThanOrEqual(1_020);
    expect(requests).toHaveLength(1);
  });
});

/** What the API shows of it: a status that came counts, whatever came of the body. */
function expectedOf(outcome: Outcome) {
  if (typeof outcome === 'string') {
    return {
      status: 'failed' as const,
      attempt: { outcome: 'failure', status_code: null, error_code: outcome },
    };
  }
  const isSuccess = outcome.statusCode < 300;
  return {
    status: isSuccess ? ('delivered' as const) : ('failed' as const),
    attempt: {
      outcome: isSuccess ? 'success' : 'failure',
      status_code: outcome.statusCode,
      error_code: errorCodeOf(outcome.statusCode),
      ...(outcome.malformed && {
        error_details: expect.stringContaining(
          `response_malformed: ${outcome.malformed}`,
        ) as string,
      }),
      ...(outcome.redirectsTo && {
        error_details: `Redirect to ${outcome.redirectsTo} (${outcome.statusCode})`,
      }),
    },
  };
}

function errorCodeOf(statusCode: number): string | null {
  if (statusCode < 300) return null;
  return statusCode < 400 ? 'redirect' : 'http_error';
}

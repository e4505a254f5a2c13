import { describe, expect, test } from 'vitest';
import { problem } from '../../../lambdas/contract/http/resources.ts';
import { badRequests } from '../../support/bad-requests.ts';
import type { Service } from '../../support/service.ts';
import { createService } from '../../support/service.ts';

const target_url = 'https://receiver.example.com/hooks';

async function idOf(service: Service, body: Record<string, unknown>): Promise<string> {
  const { json } = await service.call('createSubscription', { body });
  return (json['subscription'] as { id: string }).id;
}

async function setup(kind: 'http' | 'rest') {
  const service = createService({ kind });
  const subscription = await idOf(service, { target_url });
  const signed = await idOf(service, { target_url, secret: 'a secret' });
  const { json } = await service.call('ingest', { id: subscription, body: {} });
  const ids: Record<string, string> = {
    subscription,
    signed,
    delivery: String(json['delivery_id']),
  };
  return {
    service,
    fill: (path: string) => path.replace(/\{(\w+)\}/, (_, name) => ids[name] ?? ''),
  };
}

test('the table names each of at least 80 requests once', () => {
  expect(badRequests.length).toBeGreaterThanOrEqual(80);
  expect(new Set(badRequests.map(({ name }) => name)).size).toBe(badRequests.length);
  expect(badRequests.filter(({ status }) => status < 400 || status > 499)).toEqual([]);
});

describe.each(['http', 'rest'] as const)('by the %s API', (kind) => {
  test('every bad request is told what is wrong, by a code that does not change', async () => {
    const { service, fill } = await setup(kind);
    const told = [];
    for (const { name, method, path, headers, body } of badRequests) {
      const answer = await service.request({ method, path: fill(path), headers, body });
      expect(answer.headers['content-type'], name).toBe('application/problem+json');
      expect(() => problem.strict().parse(answer.json), name).not.toThrow();
      told.push({ name, status: answer.status, code: answer.json['code'] });
    }
    expect(told).toEqual(badRequests.map(({ name, status, code }) => ({ name, status, code })));
  });
});

// A slash at the end of a path makes no other path, behind either kind of gateway; and HEAD is answered as GET is.
import { describe, expect, test } from 'vitest';
import { routes } from '../../../lambdas/contract/http/routes.ts';
import type { Route } from '../../../lambdas/contract/http/routes.ts';
import type { GatewayKind } from '../../support/gateway-events.ts';
import { createService } from '../../support/service.ts';

const target_url = 'https://receiver.example.com/';

describe.each<GatewayKind>(['http', 'rest'])('behind the %s API', (kind) => {
  test.each(Object.entries<Route>(routes))(
    '%s answers with a slash as without',
    async (_, route) => {
      const answers = [];
      for (const slash of ['', '/']) {
        const service = createService({ kind });
        const made = await service.call('createSubscription', { body: { target_url } });
        const { id } = made.json['subscription'] as { id: string };
        const path = route.path.replace('{id}', id) + slash;
        const headers = { 'content-type': 'application/json' };
        const { status, json } = await service.request({
          method: route.method,
          path,
          headers,
          body: route.method === 'GET' ? undefined : '{}',
        });
        answers.push([status, Object.keys(json)]);
      }
      expect(answers[1]).toEqual(answers[0]);
    },
  );

  test('an event is accepted with a slash', async () => {
    const service = createService({ kind });
    const made = await service.call('createSubscription', { body: { target_url } });
    const { id } = made.json['subscription'] as { id: string };
    const path = `/api/ingest/${id}/?event_type=a.b`;
    const headers = { 'content-type': 'application/json' };
    const answer = await service.request({ method: 'POST', path, headers, body: '{}' });
    expect(answer).toMatchObject({ status: 202, json: { delivery_id: expect.any(String) } });
  });

  test('two slashes are another path', async () => {
    const answer = await createService({ kind }).request({ method: 'GET', path: '/api/health//' });
    expect(answer.status).toBe(404);
  });

  test('HEAD has the status and the headers of GET, and no body', async () => {
    const service = createService({ kind });
    for (const path of ['/api/health', '/api/ingest/sub_1', '/api/nothing']) {
      const [get, head] = [
        await service.request({ method: 'GET', path }),
        await service.request({ method: 'HEAD', path }),
      ];
      expect({ ...head, text: '', json: {} }).toEqual({ ...get, text: '', json: {} });
      expect(head.text).toBe('');
    }
  });
});

test('a page of the console with a slash leads to the page, even who has no key', async () => {
  const service = createService({ settings: { API_AUTH: 'on' } });
  const answer = await service.request({ method: 'GET', path: '/subscriptions/sub_1/edit/' });
  expect(answer).toMatchObject({ status: 308, headers: { location: '../edit' } });
});

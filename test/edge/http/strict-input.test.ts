// What nobody knows is refused by name: a filter with a slip in its name would mean "all", and a field "unset".
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { routes } from '../../../lambdas/contract/http/routes.ts';
import type { Route, RouteId } from '../../../lambdas/contract/http/routes.ts';
import type { GatewayKind } from '../../support/gateway-events.ts';
import { createService } from '../../support/service.ts';

const target_url = 'https://example.com/hook';
const errorsOf = ({ json }: { json: Record<string, unknown> }) => json['errors'];

describe.each<GatewayKind>(['http', 'rest'])('behind the %s API', (kind) => {
  const listed = Object.entries<Route>(routes).filter(
    ([, { path }]) => path !== routes.ingest.path,
  );

  it.each(listed)('%s refuses a parameter that it does not know', async (_, route) => {
    const service = createService({ kind });
    const path = `${route.path.replace('{id}', 'sub_x')}?statuss=failed`;
    const answer = await service.request({ method: route.method, path, headers: {} });
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    expect(errorsOf(answer)).toContainEqual(expect.objectContaining({ pointer: 'query/statuss' }));
  });

  it('names the filter that was meant, and refuses one that is given twice', async () => {
    const service = createService({ kind });
    const list = (query: string) => service.call('listDeliveries', { query });
    expect(errorsOf(await list('statuss=failed'))).toEqual([
      { pointer: 'query/statuss', detail: 'is unknown: did you mean status?' },
    ]);
    expect(errorsOf(await list('status=failed&status=delivered'))).toEqual([
      { pointer: 'query/status', detail: 'must be given only once' },
    ]);
  });

  it('takes a known filter without a value for none, and refuses an unknown one', async () => {
    const service = createService({ kind });
    expect((await service.call('listDeliveries', { query: 'status=&cursor' })).status).toBe(200);
    for (const query of ['statuss=', 'statuss', 'constructor=']) {
      const [name = ''] = query.split('=');
      const answer = await service.call('listDeliveries', { query });
      expect(errorsOf(answer)).toContainEqual(
        expect.objectContaining({ pointer: `query/${name}` }),
      );
    }
  });

  it('lets senders add parameters of their own to an ingest URL', async () => {
    const service = createService({ kind });
    const { json } = await service.call('createSubscription', { body: { target_url } });
    const { id } = json['subscription'] as { id: string };
    const query = 'source=shop&source=two&event_type=order.created';
    expect((await service.call('ingest', { id, query, body: {} })).status).toBe(202);
    const twice = await service.call('ingest', {
      id,
      query: 'event_type=a&event_type=b',
      body: {},
    });
    expect(twice.status).toBe(400);
  });

  it.each(['eventtype', 'eventType', 'event-type', 'event_types'])(
    'does not take an event with ?%s= for one without a type',
    async (name) => {
      const service = createService({ kind });
      const { json } = await service.call('createSubscription', { body: { target_url } });
      const { id } = json['subscription'] as { id: string };
      const answer = await service.call('ingest', { id, query: `${name}=a`, body: {} });
      expect(errorsOf(answer)).toEqual([
        { pointer: `query/${name}`, detail: 'is unknown: did you mean event_type?' },
      ]);
      const other = await service.call('ingest', { id, query: 'event=a&e=b', body: {} });
      expect(other.status).toBe(202);
    },
  );
});

it.each(['0x10', '1e2', '%205%20', '-1', '0', '1.5', '٣'])(
  'limit=%s is no number',
  async (limit) => {
    const service = createService();
    const answer = await service.call('listDeliveries', { query: `limit=${limit}` });
    expect(errorsOf(answer)).toEqual([expect.objectContaining({ pointer: 'query/limit' })]);
  },
);

describe('a body', () => {
  it.each<{ id: RouteId; body: object; pointer: string; meant?: string }>([
    {
      id: 'createSubscription',
      body: { target_url, event_type: ['a'] },
      pointer: '/event_type',
      meant: 'event_types',
    },
    {
      id: 'createSubscription',
      body: { target_url, rate_limit: { per_second: 1, bursts: 2 } },
      pointer: '/rate_limit/bursts',
    },
    {
      id: 'createSubscription',
      body: { target_url, auth: { type: 'bearer', token: 't', extra: 1 } },
      pointer: '/auth/extra',
    },
    {
      id: 'createSubscription',
      body: { target_url, verification: { scheme: 'github', secrets: 's' } },
      pointer: '/verification/secrets',
    },
    {
      id: 'createApiKey',
      body: { scopes: ['read'], scope: 1 },
      pointer: '/scope',
      meant: 'scopes',
    },
  ])('of $id may not have $pointer, which nobody knows', async ({ id, body, pointer, meant }) => {
    const service = createService();
    const answer = await service.call(id, { body });
    expect(answer.status).toBe(400);
    const [error] = errorsOf(answer) as { pointer: string; detail: string }[];
    expect(error?.pointer).toBe(pointer);
    const suggested = meant === undefined ? '' : `: did you mean ${meant}?`;
    expect(error?.detail).toBe(`is unknown${suggested}`);
  });

  it('may be the resource as it was read: what is read-only changes nothing', async () => {
    const service = createService();
    const secret = 'a secret of some length';
    const made = await service.call('createSubscription', { body: { target_url, secret } });
    const read = made.json['subscription'] as { id: string };
    const put = await service.call('replaceSubscription', { id: read.id, body: read });
    expect(put.status).toBe(200);
    expect(put.json['subscription']).toMatchObject({ ...read, updated_at: expect.any(String) });
  });

  it('does not lose a header that is named like a prototype', async () => {
    const service = createService();
    const answer = await service.request({
      method: 'POST',
      path: '/api/subscriptions',
      headers: { 'content-type': 'application/json' },
      body: `{"target_url":"${target_url}","custom_headers":{"__proto__":"x"}}`,
    });
    expect(answer.status).toBe(400);
  });

  it.each(['{"__proto__":{"a":1}}', '{"a":"\\ud800"}'])(
    'leaves the payload of a test event as it is: %s',
    async (payload) => {
      const service = createService();
      const { json } = await service.call('createSubscription', { body: { target_url } });
      const { id } = json['subscription'] as { id: string };
      const send = (body: string) =>
        service.request({
          method: 'POST',
          path: `/api/subscriptions/${id}/test`,
          headers: { 'content-type': 'application/json' },
          body,
        });
      const accepted = await send(`{"payload":${payload}}`);
      expect(accepted.status).toBe(202);
      const shown = await service.call('getDelivery', {
        id: accepted.json['delivery_id'] as string,
      });
      expect(shown.json['delivery']).toMatchObject({ payload_raw: payload });
      const elsewhere = await send(`{"event_type":${payload}}`);
      expect(elsewhere.status).toBe(400);
    },
  );

  it.each(['\\ud800', 'a\\udc00b', '\\udc00\\ud800'])(
    'may not hold half a character: %s',
    async (text) => {
      const service = createService();
      const post = (body: string) =>
        service.request({
          method: 'POST',
          path: '/api/subscriptions',
          headers: { 'content-type': 'application/json' },
          body,
        });
      for (const [body, pointer] of [
        [`{"target_url":"${target_url}","name":"${text}"}`, '/name'],
        [`{"target_url":"${target_url}","event_types":["a","${text}"]}`, '/event_types/1'],
        [`{"target_url":"${target_url}","custom_headers":{"${text}":"v"}}`, '/custom_headers/'],
      ] as const) {
        const answer = await post(body);
        expect(answer.status).toBe(400);
        const [error] = errorsOf(answer) as { pointer: string; detail: string }[];
        expect(error?.pointer).toContain(pointer);
      }
    },
  );

  it('is answered within bounds, however long the names in it are', async () => {
    const service = createService();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 250_000 }), fc.boolean(), async (size, inside) => {
        const name = 'x'.repeat(size);
        const body = inside ? { target_url, custom_headers: { [name]: '\n' } } : { [name]: 1 };
        const answer = await service.call('createSubscription', { body });
        expect(answer.status).toBe(400);
        expect(answer.text.length).toBeLessThan(2_000);
      }),
      { numRuns: 20 },
    );
  });
});

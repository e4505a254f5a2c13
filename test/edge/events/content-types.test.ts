// Payloads of any type through both kinds of API Gateway: how each hands the bytes over makes no difference.
import { describe, expect, test } from 'vitest';
import type { DeliveryId } from '../../../lambdas/core/ids.ts';
import { contents, noText, untyped } from '../../support/contents.ts';
import type { Sent } from '../../support/contents.ts';
import type { GatewayKind } from '../../support/gateway-events.ts';
import { createService } from '../../support/service.ts';

async function published(kind: GatewayKind, { contentType, contentEncoding, body }: Sent) {
  const service = createService({ kind });
  const made = await service.call('createSubscription', {
    body: { target_url: 'https://receiver.example.com/' },
  });
  const { id } = made.json['subscription'] as { id: string };
  const answer = await service.request({
    method: 'POST',
    path: `/api/ingest/${id}`,
    headers: {
      ...(contentType !== null && { 'Content-Type': contentType }),
      ...(contentEncoding !== undefined && { 'Content-Encoding': contentEncoding }),
    },
    body,
  });
  return { service, answer };
}

async function expectStored(kind: GatewayKind, sent: Sent): Promise<void> {
  const { service, answer } = await published(kind, sent);
  expect(answer).toMatchObject({ status: 202 });
  const id = answer.json['delivery_id'] as DeliveryId;
  const stored = (await service.ports.deliveries.load('default', [id])).get(id);
  expect(Buffer.from(stored!.body).equals(sent.body)).toBe(true);
  expect(stored!.delivery).toMatchObject({
    contentType: sent.contentType ?? 'application/octet-stream',
    contentEncoding: sent.contentEncoding ?? null,
  });
}

describe.each(['http', 'rest'] as const)('by a %s API', (kind) => {
  test.each([...contents, untyped])('$name is stored as it was sent', (sent) =>
    expectStored(kind, sent),
  );
});

describe('what is no text, though an HTTP API takes it for text', () => {
  test.each(noText)('is stored as it was sent by a REST API: $name', (sent) =>
    expectStored('rest', sent),
  );

  test.each(noText)('is refused by an HTTP API: $name', async (sent) => {
    const { service, answer } = await published('http', sent);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
    expect((await service.call('listDeliveries')).json['deliveries']).toEqual([]);
  });
});

// Sends a test webhook, one of two ways.
import { call, send } from '../api/client.ts';
import { Failure, failureOf } from '../api/failure.ts';
import { hubSignature } from '../api/signing.ts';

export type Way = 'sample' | 'ingest';

export type Outcome =
  | { kind: 'accepted'; message: string; deliveryId: string }
  | { kind: 'rejected'; message: string };

export type Test = {
  id: string;
  way: Way;
  eventType: string;
  secret: string;
  contentType: string;
  payload: string;
};

export const samplePayload = JSON.stringify(
  {
    order_id: '12345',
    customer: 'Ada Lovelace',
    total: 99.99,
    items: [{ sku: 'A-1', quantity: 2 }],
  },
  null,
  2,
);

export async function sendTest(test: Test): Promise<Outcome> {
  return test.way === 'sample' ? sendSample(test) : ingest(test);
}

/** Either way the text is sent unchanged, so that the signature covers its exact bytes. */
async function sendSample({ id, eventType, contentType, payload }: Test): Promise<Outcome> {
  const type = eventType.trim();
  const body = {
    payload_raw: payload,
    content_type: contentType.trim(),
    ...(type !== '' && { event_type: type }),
  };
  const { message, delivery_id: deliveryId } = await call('testSubscription', { id, body });
  return { kind: 'accepted', message, deliveryId };
}

async function ingest({ id, eventType, secret, contentType, payload }: Test): Promise<Outcome> {
  const type = eventType.trim();
  const { status, body } = await send(`api/ingest/${encodeURIComponent(id)}`, {
    method: 'POST',
    headers: {
      'content-type': checkedContentType(contentType.trim()),
      ...(type !== '' && { 'x-event-type': checkedType(type) }),
      ...(secret !== '' && { 'x-hub-signature-256': await hubSignature(secret, payload) }),
    },
    body: payload,
  });
  if (status >= 400) throw failureOf(status, body);
  const answer = body as { message: string; delivery_id?: string };
  return answer.delivery_id === undefined
    ? { kind: 'rejected', message: answer.message }
    : { kind: 'accepted', message: answer.message, deliveryId: answer.delivery_id };
}

function checkedContentType(type: string): string {
  if (/^[\t -~]+$/.test(type)) return type;
  throw new Failure('A content type may only contain ASCII characters', {
    code: 'invalid-request',
  });
}

/** A browser refuses a header with other characters, with an unhelpful error. */
function checkedType(type: string): string {
  if (/^[\w.:/-]+$/.test(type)) return type;
  throw new Failure('An event type may only contain letters, digits and _ . : / -', {
    code: 'invalid-request',
  });
}

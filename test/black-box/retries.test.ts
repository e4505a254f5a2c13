// Failing receivers: what is tried again, when, how often, and what the log says.
import { describe, expect, test } from 'vitest';
import { closedPort } from '../support/receiver.ts';
import type { Received } from '../support/receiver.ts';
import {
  api,
  deliveryInStatus,
  deliveryWhen,
  ingest,
  newEndpoint,
  patienceMs,
  subscribe,
  target,
} from './setup.ts';

const failing = { status: 500, body: 'broken' };
const jitterRatio = 0.2;
/** A pause that was asked for may last longer, so that not all come back at once. */
const holdSpreadRatio = 0.2;

function waitsBetween(requests: readonly Received[]): number[] {
  return requests.slice(1).map((request, index) => request.at - requests[index]!.at);
}

function expectWait(waitedMs: number, seconds: number): void {
  // A request is recorded when it has arrived, so a wait can look a little shorter than it was.
  expect(waitedMs).toBeGreaterThan(seconds * 1_000 * (1 - jitterRatio) - 100);
  expect(waitedMs).toBeLessThan(seconds * 1_000 * (1 + jitterRatio) + target.LATENESS_MS);
}

test('a failing receiver gets growing delays, then the event', async () => {
  const { id, endpoint } = await subscribe({ retry_schedule: [1, 3] }, failing, failing, {});
  const delivery = await ingest(id);
  const { attempts } = await deliveryInStatus(delivery, 'delivered');
  const [first, second] = waitsBetween(endpoint.requests);
  expectWait(first!, 1);
  expectWait(second!, 3);
  expect(
    attempts.map(({ attempt_number, status, outcome, status_code, error_details }) => [
      attempt_number,
      status,
      outcome,
      status_code,
      error_details,
    ]),
  ).toEqual([
    [1, 'failed', 'failed_attempt', 500, 'HTTP error: 500'],
    [2, 'failed', 'failed_attempt', 500, 'HTTP error: 500'],
    [3, 'success', 'success', 200, null],
  ]);
  expect(attempts[0]!.response_body).toBe('broken');
  const numbers = endpoint.requests.map(({ headers }) => headers['x-webhook-attempt']);
  expect(numbers).toEqual(['1', '2', '3']);
  const ids = new Set(endpoint.requests.map(({ headers }) => headers['webhook-id']));
  expect([...ids]).toEqual([delivery]);
});

test('next_attempt_at is shown, and true', async () => {
  const { id, endpoint } = await subscribe({ retry_schedule: [2] }, failing, {});
  const delivery = await ingest(id);
  const { delivery: waiting } = await deliveryInStatus(delivery, 'retrying');
  const dueAt = Date.parse(waiting.next_attempt_at!);
  expect(waiting).toMatchObject({ attempt_count: 1, completed_at: null });
  const [, second] = await endpoint.received(2, patienceMs);
  // A queue may be early by as much as a worker tolerates (`limits.earlyToleranceMs`).
  expect(second!.at).toBeGreaterThan(dueAt - 1_100);
  expect(second!.at).toBeLessThan(dueAt + target.LATENESS_MS);
});

test('a used-up schedule ends as failed', async () => {
  const { id, endpoint } = await subscribe({ retry_schedule: [1] }, failing);
  const delivery = await ingest(id);
  const { delivery: ended, attempts } = await deliveryInStatus(delivery, 'failed');
  expect(ended).toMatchObject({ reason: 'exhausted', attempt_count: 2, next_attempt_at: null });
  expect(ended).toMatchObject({ last_status_code: 500, last_error_code: 'http_error' });
  expect(ended.completed_at).not.toBeNull();
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['failed_attempt', 'failure']);
  expect(endpoint.requests).toHaveLength(2);
});

test('an empty schedule means one send', async () => {
  const { id } = await subscribe({ retry_schedule: [] }, failing);
  const { attempts } = await deliveryInStatus(await ingest(id), 'failed');
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['failure']);
});

test('410 makes the subscription inactive', async () => {
  const { id, endpoint } = await subscribe({ retry_schedule: [1] }, { status: 410 });
  const { delivery } = await deliveryInStatus(await ingest(id), 'failed');
  expect(delivery.reason).toBe('gone');
  const { subscription } = await api.call('getSubscription', { id });
  expect(subscription).toMatchObject({ status: 'inactive', inactive_reason: 'gone' });
  expect(endpoint.requests).toHaveLength(1);
});

test.each([301, 302, 303, 307, 308])('%i is a failure and not followed', async (status) => {
  const elsewhere = newEndpoint();
  const answer = { status, headers: { location: elsewhere.url } };
  const { id } = await subscribe({ retry_schedule: [] }, answer);
  const { attempts } = await deliveryInStatus(await ingest(id), 'failed');
  expect(attempts[0]).toMatchObject({
    status_code: status,
    error_details: `Redirect to ${elsewhere.url} (${status})`,
  });
  expect(elsewhere.requests).toHaveLength(0);
});

describe('Retry-After', () => {
  test.each([429, 503])('of a %i is waited for', async (status) => {
    const answer = { status, headers: { 'retry-after': '3' } };
    const { id, endpoint } = await subscribe({ retry_schedule: [1] }, answer, {});
    await ingest(id);
    await endpoint.received(2, patienceMs);
    const [waited] = waitsBetween(endpoint.requests);
    expect(waited).toBeGreaterThan(2_900);
    expect(waited).toBeLessThan(3_000 + target.LATENESS_MS);
  });

  test('as a date shows in next_attempt_at', async () => {
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 600_000);
    const answer = { status: 503, headers: { 'retry-after': at.toUTCString() } };
    const { id } = await subscribe({ retry_schedule: [1] }, answer);
    const { delivery } = await deliveryInStatus(await ingest(id), 'retrying');
    const laterMs = Date.parse(delivery.next_attempt_at!) - at.getTime();
    expect(laterMs).toBeGreaterThanOrEqual(0);
    expect(laterMs).toBeLessThanOrEqual(600_000 * holdSpreadRatio + 2_000);
  });

  test('of a 500 does not count', async () => {
    const answer = { status: 500, headers: { 'retry-after': '600' } };
    const { id, endpoint } = await subscribe({ retry_schedule: [1] }, answer, {});
    await ingest(id);
    await endpoint.received(2, patienceMs);
  });
});

describe('without an answer', () => {
  test('a receiver that hangs costs no more than the timeout', async () => {
    const fields = { retry_schedule: [], timeout_ms: 1_000 };
    const { id } = await subscribe(fields, { instead: 'hang' });
    const { attempts } = await deliveryInStatus(await ingest(id), 'failed');
    expect(attempts[0]).toMatchObject({ status_code: null, error_code: 'response_timeout' });
    expect(attempts[0]!.duration_ms).toBeGreaterThanOrEqual(950);
    expect(attempts[0]!.duration_ms).toBeLessThan(1_000 + target.LATENESS_MS);
  });

  test('a closed connection is a failed attempt', async () => {
    const { id } = await subscribe({ retry_schedule: [] }, { instead: 'reset' });
    const { attempts } = await deliveryInStatus(await ingest(id), 'failed');
    expect(attempts[0]).toMatchObject({ status_code: null, error_code: 'connection_reset' });
    expect(attempts[0]!.error_details).toMatch(/\w/);
  });

  test('a port where nobody listens is a failed attempt', async () => {
    const target_url = `http://${target.RECEIVER_HOST}:${await closedPort()}/`;
    const { id } = await subscribe({ retry_schedule: [], timeout_ms: 2_000, target_url });
    const { attempts } = await deliveryInStatus(await ingest(id), 'failed');
    expect(attempts[0]).toMatchObject({ status_code: null, target_url });
    expect(attempts[0]!.error_code).toMatch(/^connect_/);
  });
});

describe('retry', () => {
  test('starts a new cycle of a failed delivery', async () => {
    const { id, endpoint } = await subscribe(
      { retry_schedule: [1] },
      failing,
      failing,
      failing,
      {},
    );
    const delivery = await ingest(id);
    await deliveryInStatus(delivery, 'failed');
    const answer = await api.call('retryDelivery', { id: delivery });
    expect(answer.delivery).toMatchObject({ id: delivery, status: 'pending', completed_at: null });
    const { attempts } = await deliveryInStatus(delivery, 'delivered');
    expect(attempts.map(({ attempt_number }) => attempt_number)).toEqual([1, 2, 3, 4]);
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      'failed_attempt',
      'failure',
      'failed_attempt',
      'success',
    ]);
    expect(endpoint.requests[3]!.headers['x-webhook-attempt']).toBe('4');
  });

  test('sends a delivered one again, with the same id', async () => {
    const { id, endpoint } = await subscribe();
    const delivery = await ingest(id);
    await deliveryInStatus(delivery, 'delivered');
    await api.call('retryDelivery', { id: delivery });
    const [first, second] = await endpoint.received(2, patienceMs);
    expect(second!.headers['webhook-id']).toBe(delivery);
    expect(second!.body.equals(first!.body)).toBe(true);
    await deliveryWhen(delivery, 'delivered twice', ({ attempts }) => attempts.length === 2);
  });

  test('parks while the subscription is inactive, and is refused once it is deleted', async () => {
    const { id } = await subscribe();
    const delivery = await ingest(id);
    await deliveryInStatus(delivery, 'delivered');
    await api.call('updateSubscription', { id, body: { status: 'inactive' } });
    const { delivery: parked } = await api.call('retryDelivery', { id: delivery });
    expect(parked.status).toBe('parked');
    await api.call('deleteSubscription', { id });
    await api.refused('conflict', 'retryDelivery', { id: delivery });
  });
});

describe('cancel', () => {
  test('ends an open delivery for good', async () => {
    const { id, endpoint } = await subscribe({ retry_schedule: [1] }, failing);
    const delivery = await ingest(id);
    await deliveryInStatus(delivery, 'retrying');
    const answer = await api.call('cancelDelivery', { id: delivery });
    expect(answer.delivery).toMatchObject({
      status: 'cancelled',
      reason: 'requested',
      next_attempt_at: null,
    });
    // Another delivery with the same wait passes the cancelled one, which would have been due before it.
    const { id: other } = await subscribe({ retry_schedule: [2] }, failing, {});
    await deliveryInStatus(await ingest(other), 'delivered');
    expect(endpoint.requests).toHaveLength(1);
    await api.refused('conflict', 'cancelDelivery', { id: delivery });
  });

  test('is refused of a delivered one', async () => {
    const { id } = await subscribe();
    const delivery = await ingest(id);
    await deliveryInStatus(delivery, 'delivered');
    await api.refused('conflict', 'cancelDelivery', { id: delivery });
  });
});

const schedulerWait = target.SCHEDULER_WAIT_SECONDS;

test.runIf(schedulerWait !== undefined)(
  'a long wait goes through EventBridge Scheduler',
  async () => {
    const wait = schedulerWait!;
    const { id, endpoint } = await subscribe({ retry_schedule: [wait] }, failing, {});
    await ingest(id);
    // Scheduler is true to the minute.
    await endpoint.received(2, wait * 1_200 + 60_000 + target.LATENESS_MS);
    const [waited] = waitsBetween(endpoint.requests);
    expect(waited).toBeGreaterThan(wait * 800 - 1_100);
  },
  10 * 60_000,
);

test('what is not there can be neither retried nor cancelled nor seen', async () => {
  const unknown = `dlv_${'0'.repeat(42)}`;
  for (const id of [unknown, '7', 'dlv_']) {
    await api.refused('not-found', 'retryDelivery', { id });
    await api.refused('not-found', 'cancelDelivery', { id });
    await api.refused('not-found', 'getDelivery', { id });
  }
});

// The development inbox over HTTP. It exists only in the local server: neither the contract nor any
// deployed function knows it.
//   ANY    /dev/inbox/{name}            records the request; ?fail=2 ?status=503 ?delay=3s say how to answer
//   GET    /dev/inbox/{name}/requests   what came, newest first
//   DELETE /dev/inbox/{name}/requests   forgets it
//   GET    /dev/inbox                   the inboxes
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { SubscriptionStore } from '../../lambdas/core/ports.ts';
import { sendJson, sendProblem } from './answer.ts';
import type { Inbox, InboxRequest } from './inbox.ts';
import { isFromAnotherSite } from './loopback.ts';
import { withoutSecrets } from './masked-headers.ts';
import { readBody } from './read-body.ts';
import { createReadingBudget } from './reading-budget.ts';
import type { Reading } from './reading-budget.ts';
import { withoutSlash } from '../../lambdas/edge/http/router.ts';
import { verifySignatures } from './verify-signature.ts';

const root = '/dev/inbox';
const bodyBytesMax = 1024 * 1024;
const delayMsMax = 60_000;
const inboxPattern = /^\/dev\/inbox\/([\w-]{1,64})$/;
const requestsPattern = /^(GET|DELETE) \/dev\/inbox\/([\w-]{1,64})\/requests$/;

export type InboxServer = {
  serves(path: string): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
};

/** Rejects with a `ServiceError` unless the caller is allowed. */
export type Authorize = (request: IncomingMessage, access: 'read' | 'admin') => Promise<void>;

type Secrets = Pick<SubscriptionStore, 'get'>;
type Exchange = { request: IncomingMessage; response: ServerResponse };

export function createInboxServer(
  inbox: Inbox,
  { subscriptions, authorize }: { subscriptions: Secrets; authorize: Authorize },
): InboxServer {
  const budget = createReadingBudget();
  return {
    serves: (path) => path === root || path.startsWith(`${root}/`),
    async answer(request, response) {
      const { method = '', url = '' } = request;
      const [asked = ''] = url.split('?');
      const path = withoutSlash(asked);
      const name = inboxPattern.exec(path)?.[1];
      if (name !== undefined) {
        // An image request from another site is not a webhook.
        if (isFromAnotherSite(request)) {
          return sendProblem(response, 'forbidden', 'Pages of other sites cannot send to an inbox');
        }
        const reading = budget.begin(request.headers, false);
        return receive({ inbox, subscriptions, reading }, { request, response }, name);
      }
      await authorize(request, method === 'DELETE' ? 'admin' : 'read');
      const found = read(inbox, `${method} ${path}`);
      if (found !== null) return sendJson(response, 200, found);
      sendProblem(response, 'not-found', `The inbox does not support ${method} ${path}`);
    },
  };
}

/** Null for anything that the inbox does not support. */
function read(inbox: Inbox, asked: string): object | null {
  if (asked === `GET ${root}`) return { inboxes: inbox.list() };
  const [, method, name = ''] = requestsPattern.exec(asked) ?? [];
  if (method === undefined) return null;
  if (method === 'GET') return { requests: inbox.requests(name).map(shown) };
  inbox.clear(name);
  return { message: 'Inbox cleared' };
}

async function receive(
  { inbox, subscriptions, reading }: { inbox: Inbox; subscriptions: Secrets; reading: Reading },
  { request, response }: Exchange,
  name: string,
): Promise<void> {
  const { method = '', url = '' } = request;
  const given = readOrders(url);
  if (given === null) {
    const detail = 'An inbox supports fail=<tries>, status=<200 to 599> and delay=<at most 60s>';
    return sendProblem(response, 'invalid-request', detail);
  }
  const body = await readBody(request, bodyBytesMax, reading);
  if (body.length > bodyBytesMax) {
    return sendProblem(
      response,
      'payload-too-large',
      `An inbox accepts at most ${bodyBytesMax} bytes`,
    );
  }
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key, String(value)]),
  );
  const receivedAt = Date.now();
  const verified = await verifySignatures(subscriptions, { headers, body }, receivedAt);
  const status = statusFor(given, inbox.countTry(name, headers['webhook-id'] ?? ''));
  const shownHeaders = await withoutSecrets(subscriptions, headers);
  inbox.add(name, { receivedAt, method, url, headers: shownHeaders, body, verified, status });
  if (given.delay > 0) await wait(given.delay, undefined, { ref: false });
  sendJson(response, status, { inbox: name, status });
}

const durationMs = z
  .string()
  .regex(/^\d{1,5}(ms|s)$/)
  .transform((text) => Number.parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1_000))
  .refine((ms) => ms <= delayMsMax);

const orders = z.object({
  fail: z.coerce.number().int().min(0).max(1_000).default(0),
  status: z.coerce.number().int().min(200).max(599).optional(),
  delay: durationMs.default(0),
});

type Orders = z.infer<typeof orders>;

/** The response that the target URL's query requests. */
function readOrders(url: string): Orders | null {
  const query = URL.parse(url, 'http://inbox')?.searchParams ?? [];
  return orders.safeParse(Object.fromEntries(query)).data ?? null;
}

/** `?status=` alone applies to every try; with `?fail=` only to the failing ones. */
function statusFor({ fail, status }: Orders, tries: number): number {
  if (fail === 0) return status ?? 200;
  return tries <= fail ? (status ?? 500) : 200;
}

function shown(request: InboxRequest): Record<string, unknown> {
  return {
    received_at: new Date(request.receivedAt).toISOString(),
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: request.body.toString(),
    body_base64: request.body.toString('base64'),
    verified: request.verified,
    status: request.status,
  };
}

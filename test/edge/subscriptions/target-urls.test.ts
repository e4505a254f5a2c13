// The corpus of URLs that attackers send, against the whole service: none is taken, and one that was stored by other
// means gets no connection.
import { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { httpSender } from '../../../lambdas/adapters/http/http-sender.ts';
import { limits } from '../../../lambdas/contract/limits/limits.ts';
import { refusedUrls } from '../../core/endpoints/target-url-corpus.ts';
import { createDelivering } from '../../support/delivering.ts';
import type { Answer } from '../../support/service.ts';
import { createService } from '../../support/service.ts';

const urls = Object.values(refusedUrls).flat();
const goodUrl = 'https://receiver.example.com/hooks';

/** What is no text of a usable length is refused before the target policy is asked. */
function refusalOf(url: string): [number, string] {
  const isUsable = url.length > 0 && url.length <= limits.targetUrlLengthMax && url.isWellFormed();
  return isUsable ? [422, 'unsafe-target-url'] : [400, 'invalid-request'];
}

const told = ({ status, json }: Answer) => [status, json['code']];

// Plain http is allowed too, so that the scheme hides nothing.
describe.each(['false', 'true'])(
  'with ALLOW_HTTP_TARGETS=%s, every URL is refused',
  (allowHttp) => {
    const settings = { ALLOW_HTTP_TARGETS: allowHttp };

    async function setup() {
      const service = createService({ settings });
      const body = { target_url: goodUrl };
      const { json } = await service.call('createSubscription', { body });
      const { id } = json['subscription'] as { id: string };
      const list = async () => (await service.call('listSubscriptions')).json['subscriptions'];
      return { ...service, id, list, before: await list() };
    }

    test.each(['createSubscription', 'replaceSubscription', 'updateSubscription'] as const)(
      'by %s, and nothing is stored',
      async (route) => {
        const { call, id, list, before } = await setup();
        for (const url of urls) {
          const answer = await call(route, { id, body: { target_url: url } });
          expect([url, ...told(answer)]).toEqual([url, ...refusalOf(url)]);
        }
        expect(await list()).toEqual(before);
      },
    );

    test.each(['createSubscription', 'updateSubscription'] as const)(
      'as the token URL of an OAuth client by %s',
      async (route) => {
        const { call, id, list, before } = await setup();
        for (const url of urls) {
          const auth = { type: 'oauth2', token_url: url, client_id: 'c', client_secret: 's' };
          const answer = await call(route, { id, body: { target_url: goodUrl, auth } });
          expect([url, ...told(answer)]).toEqual([url, ...refusalOf(url)]);
        }
        expect(await list()).toEqual(before);
      },
    );

    test('by the sender, of a subscription that was stored by other means', async () => {
      const { subscribe, call, settle, ports, world, context } = createDelivering({ settings });
      const dialled: unknown[] = [];
      const sender = httpSender({
        policy: context.rules.targets,
        // Nobody listens there: a lookup would fail the test by its code.
        resolverServers: ['127.0.0.1:9'],
        dial: (to) => {
          dialled.push(to);
          return new Socket().destroy();
        },
      });
      onTestFinished(() => sender.close());
      world.endpoint = (request) => sender.send(request);
      // A lone surrogate has no form in UTF-8, so no store keeps one.
      for (const url of urls.filter((text) => text.isWellFormed())) {
        const { id } = await subscribe({ targetUrl: url, retrySchedule: [] });
        const { json } = await call('testSubscription', { id });
        await settle();
        const found = await ports.deliveries.detail('default', json['delivery_id'] as never);
        expect([url, found?.delivery.status]).toEqual([url, 'failed']);
        const codes = found?.attempts.map(({ errorCode }) => errorCode);
        expect([url, codes]).toEqual([
          url,
          [expect.stringMatching(/^(blocked_address|invalid_url)$/)],
        ]);
      }
      expect(dialled).toEqual([]);
    });
  },
);

// Who may share the fetch of a token: nobody is to wait longer than they have.
import { expect, test } from 'vitest';
import type { SendRequest, SendResult } from '../../lambdas/core/deliveries/send-result.ts';
import { accessTokenFor } from '../../lambdas/operations/endpoints/access-token.ts';
import { createDelivering } from '../support/delivering.ts';
import { aResponse } from '../support/send-results.ts';

const client = {
  type: 'oauth2',
  token_url: 'https://auth.example.com/token',
  client_id: 'c',
  client_secret: 's',
  scope: null,
} as const;

function setup() {
  const { context, clock } = createDelivering();
  const asked: (PromiseWithResolvers<SendResult> & { request: SendRequest })[] = [];
  const sender = {
    send(request: SendRequest) {
      const answer = Promise.withResolvers<SendResult>();
      asked.push({ ...answer, request });
      return answer.promise;
    },
  };
  const ask = (timeoutMs: number) =>
    accessTokenFor({ ...context, sender }, client, { owner: 'o', timeoutMs });
  const answer = (index: number, text: string) =>
    asked[index]?.resolve(aResponse({ body: JSON.stringify({ access_token: text }) }));
  return { asked, ask, answer, clock };
}

test('a caller with less time left than the fetch in flight starts its own', async () => {
  const { asked, ask, answer } = setup();
  const long = ask(10_000);
  const short = ask(3_000);
  expect(asked.map(({ request }) => request.timeoutMs)).toEqual([10_000, 3_000]);
  answer(1, 'quick');
  expect(await short).toMatchObject({ text: 'quick', isRemembered: false });
  answer(0, 'slow');
  expect(await long).toMatchObject({ text: 'slow', isRemembered: false });
});

test('a caller with nearly as much time left shares a fetch within both limits', async () => {
  const { asked, ask, answer } = setup();
  const both = [ask(8_900), ask(8_500)];
  expect(asked.map(({ request }) => request.timeoutMs)).toEqual([8_500]);
  answer(0, 'shared');
  expect(await Promise.all(both)).toMatchObject([{ text: 'shared' }, { text: 'shared' }]);
});

test('a received token is cached for all, until shortly before it expires', async () => {
  const { asked, ask, answer, clock } = setup();
  const first = ask(10_000);
  answer(0, 'one');
  await first;
  expect(await ask(3_000)).toMatchObject({ text: 'one', isRemembered: true });
  clock.advance(5 * 60_000 - 30_000);
  const later = ask(10_000);
  answer(1, 'two');
  expect(await later).toMatchObject({ text: 'two', isRemembered: false });
  expect(asked).toHaveLength(2);
});

test('a failed fetch is retried by the next caller', async () => {
  const { asked, ask, answer } = setup();
  const failed = ask(10_000);
  asked[0]?.resolve(aResponse({ statusCode: 500 }));
  expect(await failed).toEqual({ error: 'The token endpoint answered 500' });
  const broken = ask(10_000);
  asked[1]?.reject(new Error('no file descriptor'));
  await expect(broken).rejects.toThrow('no file descriptor');
  const third = ask(10_000);
  answer(2, 'one');
  expect(await third).toMatchObject({ text: 'one' });
});

// Turns a response's head and body, strictly or leniently parsed, into the sender's report.
import type { IncomingMessage } from 'node:http';
import { redirectTarget } from '../../../core/endpoints/redirect-target.ts';
import type { SendResult } from '../../../core/deliveries/send-result.ts';
import type { HeaderName } from './lenient-head.ts';
import type { RefusedAnswer } from './refused-answer.ts';
import { ResponseText } from './response-text.ts';
import { parseHttpDate } from './retry-after-date.ts';

export type Response = Omit<
  Extract<SendResult, { kind: 'response' }>,
  'kind' | 'durationMs' | 'timings'
>;

export type Answer = {
  statusCode: number;
  header: (name: HeaderName) => string | undefined;
  malformed: string | null;
  text: ResponseText;
};

/** What the request reports about its response. */
export type Asked = { url: string; responseCharacters: number | undefined };

export function answerOf(message: IncomingMessage, { responseCharacters }: Asked): Answer {
  const header = (name: HeaderName) => message.headersDistinct[name]?.[0];
  const text = new ResponseText(aboutBody(header), responseCharacters);
  return { statusCode: message.statusCode ?? 0, header, malformed: null, text };
}

export function answerOfRefused(refused: RefusedAnswer, { responseCharacters }: Asked): Answer {
  const { head, body, malformed } = refused;
  const header = (name: HeaderName) => head.headers.get(name);
  const text = new ResponseText(aboutBody(header), responseCharacters);
  text.add(body);
  return { statusCode: head.statusCode, header, malformed, text };
}

function aboutBody(header: Answer['header']) {
  return { contentType: header('content-type'), contentEncoding: header('content-encoding') };
}

/** Takes the text received so far; the rest is ignored. */
export async function responseOf(
  { statusCode, header, malformed, text }: Answer,
  { url }: Asked,
  isWhole: boolean,
): Promise<Response> {
  const retryAfter = header('retry-after');
  const webhookDelivery = header('webhook-delivery');
  return {
    statusCode,
    headers: {
      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
      ...(webhookDelivery === undefined ? {} : { 'webhook-delivery': webhookDelivery }),
    },
    retryAfterAt: parseHttpDate(retryAfter),
    redirectsTo: redirectTarget(header('location'), url),
    malformed,
    ...(await text.read(isWhole)),
  };
}

// One request and its response on an open connection. The status counts as soon as the headers have
// arrived: whatever happens to the body, the endpoint has answered (a slow body must not cause a
// retry).
import {
  request as httpRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from '../../contract/limits/limits.ts';
import type { SendRequest } from '../../core/deliveries/send-result.ts';
import type { Target } from '../../core/endpoints/target-url.ts';
import {
  answerOf,
  answerOfRefused,
  responseOf,
  type Answer,
  type Response,
} from './answers/answer.ts';
import type { ConnectedRequest, Connection } from './connections/connection-pool.ts';
import type { Deadline } from './deadline.ts';
import { HeadBytes } from './answers/head-bytes.ts';
import { refusedAnswer } from './answers/refused-answer.ts';
import { exchangeFailure, SendFailure, type Progress } from './send-failure.ts';

export type Exchange = {
  agent: Agent;
  connection: Connection;
  target: Target;
  method?: SendRequest['method'];
  headers: Readonly<Record<string, string | number>>;
  body: Uint8Array;
  deadline: Deadline;
  responseCharacters?: number | undefined;
  onFirstByte(): void;
};

/**
 * Rejects with a `SendFailure`. The connection returns to the pool only after a complete,
 * well-formed exchange.
 */
export function exchange(input: Exchange): Promise<Response> {
  const { signal } = input.deadline;
  return new Promise((resolve, reject) => {
    const request = startRequest(input);
    const { socket } = input.connection;
    const { bytesRead: bytesReadBefore, bytesWritten: bytesWrittenBefore } = socket;
    const asked = { url: input.target.url, responseCharacters: input.responseCharacters };
    const heard = new HeadBytes();
    let answer: Answer | undefined;
    let isOver = false;

    const progress = (): Progress | undefined => {
      if (heard.count > 0 || socket.bytesRead !== bytesReadBefore) return undefined;
      return socket.bytesWritten === bytesWrittenBefore ? 'untouched' : 'unanswered';
    };
    const stopListening = (): void => {
      isOver = true;
      signal.removeEventListener('abort', onDeadline);
      socket.off('data', hear);
    };
    const succeed = (isWhole: boolean): void => {
      if (answer === undefined || isOver) return;
      stopListening();
      const response = responseOf(answer, asked, isWhole);
      void Promise.all([response, giveBack(request, isWhole)]).then(
        ([given]) => resolve(given),
        reject,
      );
    };
    const fail = (error: unknown): void => {
      if (answer !== undefined) return succeed(false);
      stopListening();
      request.destroy();
      reject(exchangeFailure(error, progress()));
    };
    const onDeadline = (): void => {
      fail(new SendFailure(request.writableFinished ? 'response_timeout' : 'request_timeout'));
    };
    const hear = (chunk: Uint8Array): void => {
      if (isOver) return;
      if (heard.count === 0) input.onFirstByte();
      if (answer !== undefined) return void socket.off('data', hear);
      heard.add(chunk);
      if (heard.isTooLarge) fail(new SendFailure('response_too_large'));
    };

    // Not earlier: Node's own listener must be attached first, or it would miss the bytes.
    request.once('socket', () => socket.on('data', hear));
    request.on('error', (error) => {
      // Once a response has begun, its own events tell how it ends, whatever bytes follow.
      if (answer !== undefined) return;
      const refused = refusedAnswer(error, heard);
      if (refused === undefined) return fail(error);
      if (heard.count === 0) input.onFirstByte();
      answer = answerOfRefused(refused, asked);
      succeed(false);
    });
    request.on('upgrade', () => fail(new SendFailure('invalid_response'))); // Not requested.
    request.on('response', (message) => {
      if (!isValid(message)) return fail(new SendFailure('invalid_response'));
      answer = answerOf(message, asked);
      const isReusable = isWorthReusing(request, message);
      const bytesMax = isReusable ? limits.responseBytesReadMax : answer.text.bytesMax;
      readBody({ message, text: answer.text, bytesMax }, succeed);
    });
    signal.addEventListener('abort', onDeadline, { once: true });
    if (signal.aborted) onDeadline();
    else request.end(input.body);
  });
}

/**
 * A response to half a request leaves the other half on the wire, ahead of the next request. That
 * all of it was sent may be known one event-loop turn late; until then Node does not release the
 * connection either.
 */
async function giveBack(request: ClientRequest, isWhole: boolean): Promise<void> {
  for (let turns = 0; isWhole && !request.writableFinished && turns < 2; turns += 1) {
    await nextTurn();
  }
  if (!isWhole || !request.writableFinished) request.destroy();
}

type Reading = { message: IncomingMessage; text: Answer['text']; bytesMax: number };

function startRequest(input: Exchange): ClientRequest {
  try {
    return httpRequest(requestOptions(input));
  } catch (error) {
    input.connection.socket.destroy();
    throw error;
  }
}

function requestOptions(input: Exchange): ConnectedRequest {
  const { target, agent, connection } = input;
  const { pathname, search } = new URL(target.url);
  return {
    agent,
    connection,
    method: input.method ?? 'POST',
    host: target.host,
    port: target.port,
    path: pathname + search,
    headers: input.headers,
    setHost: false,
    maxHeaderSize: limits.responseHeaderBytesMax,
    // Explicit, since NODE_OPTIONS can change the default.
    insecureHTTPParser: false,
  };
}

// RFC 9110, 15: "All valid status codes are within the range of 100 to 599"; those below 200 are
// not final.
function isValid(message: IncomingMessage): boolean {
  const { statusCode = 0, httpVersionMajor } = message;
  return httpVersionMajor === 1 && statusCode >= 200 && statusCode <= 599;
}

// The rest is read only to reuse the connection.
function isWorthReusing(request: ClientRequest, message: IncomingMessage): boolean {
  const announced = Number(message.headers['content-length'] ?? 0);
  return request.shouldKeepAlive && announced <= limits.responseBytesReadMax;
}

function readBody({ message, text, bytesMax }: Reading, done: (isWhole: boolean) => void): void {
  message.on('data', (chunk: Uint8Array) => {
    text.add(chunk);
    if (text.bytesRead > bytesMax) done(false);
  });
  message.on('end', () => done(message.complete));
  message.on('error', () => done(false));
  message.on('close', () => done(message.complete));
}

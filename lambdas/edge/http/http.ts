// The HTTP edge of a function: API Gateway event in, JSON out. Three middlewares wrap the route's
// handler: the log line, errors as problems, authentication. Credentials are checked first, so that
// nobody without them learns which paths exist.
import middy from '@middy/core';
import type { Context as LambdaContext } from 'aws-lambda';
import { limits } from '../../contract/limits/limits.ts';
import type { FieldError, ProblemCode } from '../../contract/http/problems.ts';
import type { Route } from '../../contract/http/routes.ts';
import { routes } from '../../contract/http/routes.ts';
import { isApiKeyId } from '../../core/access/api-key.ts';
import { isDeliveryId, isReplayId, isSubscriptionId } from '../../core/ids.ts';
import { InvalidCursorError, UnavailableError } from '../../core/shared/port-errors.ts';
import { policyHeaders } from '../../core/access/rate-limit-headers.ts';
import { ServiceError } from '../../core/shared/service-error.ts';
import type { Caller } from '../../operations/access/caller.ts';
import type { Context } from '../../operations/context.ts';
import { authorize, identify } from './authentication.ts';
import type { HttpRequest } from './http-event.ts';
import { readHttpEvent } from './http-event.ts';
import { readInput } from './input.ts';
import type { HttpResponse } from './response.ts';
import { jsonResponse, movedResponse, OtherAnswer, problemResponse } from './response.ts';
import type { AnyRouteHandlers } from './route-handler.ts';
import type { Match } from './router.ts';
import { matchRoute } from './router.ts';

/** One request on its way through the middlewares. */
type Exchange = {
  request: HttpRequest;
  match: Match;
  startedAt: number;
  caller: Caller | null;
  problem: ProblemCode | null;
};

type Middleware = middy.MiddlewareObj<Exchange, HttpResponse>;

const resourceIds = [isSubscriptionId, isDeliveryId, isReplayId, isApiKeyId];

export type HttpHandler = (event: unknown, lambdaContext?: LambdaContext) => Promise<HttpResponse>;

export function createHttpHandler(handlers: AnyRouteHandlers, context: Context): HttpHandler {
  const pipeline = middy<Exchange, HttpResponse>(
    (exchange: Exchange) => answer(handlers, context, exchange),
    { timeoutEarlyInMillis: limits.answerEarlyMs, timeoutEarlyResponse: tooSlow },
  )
    .use(logging(context))
    .use(problemAnswers())
    .use(authentication(context));
  return async (event, lambdaContext) => {
    const request = readHttpEvent(event);
    const exchange: Exchange = {
      request,
      match: matchRoute(request),
      startedAt: context.clock.now(),
      caller: null,
      problem: null,
    };
    // Outside Lambda there is no context, and no deadline to read from it.
    const response = await pipeline(exchange, lambdaContext as LambdaContext);
    return request.method === 'HEAD' ? { ...response, body: '' } : response;
  };
}

function tooSlow(): never {
  throw new ServiceError('unavailable', 'The service took too long; retry');
}

function logging(context: Context): Middleware {
  const write: middy.MiddlewareFn<Exchange, HttpResponse> = ({ event, response, error }) => {
    const status = response?.statusCode ?? 500;
    const fields = {
      requestId: event.request.requestId,
      route: event.match.kind === 'route' ? event.match.id : event.match.kind,
      resourceId: resourceIdOf(event.match),
      status,
      code: event.problem,
      durationMs: context.clock.now() - event.startedAt,
      keyId: event.caller?.keyId ?? null,
      tenant: event.caller?.tenant ?? null,
    };
    if (status >= 500) context.log.error('api.request', fields, error);
    else context.log.info('api.request', fields);
  };
  return { after: write, onError: write };
}

/**
 * The subject of the request, if it is an id: any other path text is untrusted and may be a secret.
 */
function resourceIdOf(match: Match): string | null {
  const id = match.kind === 'route' ? match.params['id'] : undefined;
  return id !== undefined && resourceIds.some((isId) => isId(id)) ? id : null;
}

function problemAnswers(): Middleware {
  return {
    onError: (exchange) => {
      const { match, request } = exchange.event;
      const problem = problemOf(exchange.error);
      exchange.event.problem = problem.code;
      exchange.response = problemResponse(problem, request.requestId);
      if (exchange.error instanceof ServiceError) {
        Object.assign(exchange.response.headers, exchange.error.headers);
      }
      if (problem.code === 'method-not-allowed' && match.kind === 'wrong-method') {
        exchange.response.headers['allow'] = match.allow.join(', ');
      }
    },
  };
}

function problemOf(error: unknown): {
  code: ProblemCode;
  detail: string;
  fields: readonly FieldError[];
} {
  if (error instanceof ServiceError) {
    return { code: error.code, detail: error.message, fields: error.fields };
  }
  if (error instanceof InvalidCursorError) {
    return { code: 'invalid-cursor', detail: error.message, fields: [] };
  }
  if (error instanceof UnavailableError) {
    const detail = 'The service cannot currently reach or write its store; try again later';
    return { code: 'unavailable', detail, fields: [] };
  }
  return { code: 'internal', detail: 'The service failed; retry', fields: [] };
}

function authentication(context: Context): Middleware {
  return {
    before: async ({ event }) => {
      if (event.match.kind === 'moved') return;
      const access = event.match.kind === 'route' ? routes[event.match.id].access : null;
      if (access !== 'open') event.caller = await identify(context, event.request);
      authorize(event.caller, access);
    },
  };
}

async function answer(
  handlers: AnyRouteHandlers,
  context: Context,
  { match, request, caller }: Exchange,
): Promise<HttpResponse> {
  if (match.kind === 'wrong-method') {
    throw new ServiceError('method-not-allowed', `Here one can ${match.allow.join(', ')}`);
  }
  if (match.kind === 'moved') return movedResponse(match.location);
  const handle = match.kind === 'route' ? handlers[match.id] : undefined;
  if (match.kind !== 'route' || handle === undefined) {
    throw new ServiceError('not-found', 'Nothing exists at this path');
  }
  const route: Route = routes[match.id];
  const input = readInput(route, request, context.rules.bodyBytesMax);
  const { rawBody, sourceAddress } = request;
  const call = { caller, sourceAddress, params: match.params, rawBody, ...input };
  const answered = await handle(context, call as never);
  const response =
    answered instanceof OtherAnswer ? answered.response : jsonResponse(route.status, answered);
  if (route.function === 'publish') {
    Object.assign(response.headers, policyHeaders(context.rules.quota));
  }
  return response;
}

// The types that tie each route of the contract to the code that answers it.
import type * as z from 'zod';
import type { RouteId } from '../../contract/http/routes.ts';
import type { routes } from '../../contract/http/routes.ts';
import type { Caller } from '../../operations/access/caller.ts';
import type { Context } from '../../operations/context.ts';
import type { OtherAnswer } from './response.ts';

type Routes = typeof routes;

type CallerOf<Access> = Access extends 'any-key' | 'read' | 'admin' ? Caller : Caller | null;

type ParamsOf<Path> = Path extends `${string}{id}${string}`
  ? { id: string }
  : Record<string, string>;

type QueryOf<Route> = Route extends { query: infer Query extends z.ZodType }
  ? z.output<Query>
  : unknown;

type HeadersOf<Route> = Route extends { headers: infer Headers extends z.ZodType }
  ? z.output<Headers>
  : unknown;

type BodyOf<Route> = Route extends { body: 'raw' }
  ? Buffer
  : Route extends { body: infer Body extends z.ZodType }
    ? z.output<Body>
    : unknown;

/** A request that is authorized and valid. */
export type Call<Id extends RouteId> = {
  caller: CallerOf<Routes[Id]['access']>;
  sourceAddress: string;
  params: ParamsOf<Routes[Id]['path']>;
  query: QueryOf<Routes[Id]>;
  body: BodyOf<Routes[Id]>;
  /** The bytes that `body` was parsed from. */
  rawBody: Buffer;
  headers: HeadersOf<Routes[Id]>;
};

type Answer<Id extends RouteId> = z.input<Routes[Id]['response']>;

export type RouteHandler<Id extends RouteId> = (
  context: Context,
  call: Call<Id>,
) => Answer<Id> | Promise<Answer<Id> | OtherAnswer>;

export type HandlersFor<Ids extends RouteId> = { [Id in Ids]: RouteHandler<Id> };

/** The handlers of one deployed function: every route that the contract assigns to it. */
export type RouteHandlers<Function extends Routes[RouteId]['function']> = {
  [Id in RouteId as Routes[Id]['function'] extends Function ? Id : never]: RouteHandler<Id>;
};

/** For code that accepts any route's handler; the types above check each one. */
export type AnyRouteHandlers = Readonly<
  Partial<Record<RouteId, (context: Context, call: never) => unknown>>
>;

import { describe, expect, test } from 'vitest';
import { consoleAssets, consolePages } from '../../lambdas/contract/http/console-paths.ts';
import { routeKey, routes } from '../../lambdas/contract/http/routes.ts';
import type { Template } from '../support/template.ts';
import { ofType, referredBy, synth, textOf } from '../support/template.ts';

const templates = { http: synth(), rest: synth({ api: 'rest' }) };

/** "METHOD /path" of every route, with the function that answers it. */
function httpRoutes(template: Template): Map<string, string> {
  const integrations = new Map(
    ofType(template, 'AWS::ApiGatewayV2::Integration').map(({ id, properties }) => [
      id,
      functionOf(properties.IntegrationUri),
    ]),
  );
  return new Map(
    ofType(template, 'AWS::ApiGatewayV2::Route').map(({ properties }) => [
      properties.RouteKey,
      integrations.get(referredBy(properties.Target)) ?? 'none',
    ]),
  );
}

function restRoutes(template: Template): Map<string, string> {
  const resources = new Map(
    ofType(template, 'AWS::ApiGateway::Resource').map(({ id, properties }) => [id, properties]),
  );
  const pathOf = (id: string): string => {
    const resource = resources.get(id);
    return resource === undefined
      ? ''
      : `${pathOf(referredBy(resource.ParentId))}/${resource.PathPart}`;
  };
  return new Map(
    ofType(template, 'AWS::ApiGateway::Method').map(({ properties }) => [
      `${properties.HttpMethod} ${pathOf(referredBy(properties.ResourceId)) || '/'}`,
      functionOf(properties.Integration.Uri),
    ]),
  );
}

function functionOf(uri: unknown): string {
  return /Service(Api|Console|Publish)[0-9A-F]{8}/.exec(textOf(uri))?.[1]?.toLowerCase() ?? 'none';
}

const paths = [...Object.values(routes).map(({ path }) => path), ...consolePages, consoleAssets];

const contract = [
  ...Object.values(routes).map((route) => [routeKey(route), route.function]),
  ...[...consolePages, consoleAssets].map((path) => [`GET ${path}`, 'console']),
  ['HEAD /api/ingest/{id}', 'publish'],
];

/** An HTTP API takes a path with a slash at its end for another one. */
const slashed = ['ANY /api/ingest/{id}/{slash+}', 'publish'];

test('an HTTP API has the routes of the contract and of the console, and one for everything else', () => {
  expect(httpRoutes(templates.http)).toEqual(
    new Map([...contract, slashed, ['$default', 'api']] as never),
  );
});

test('a REST API has the routes of the contract and of the console, and one for everything else under each path', () => {
  const actual = restRoutes(templates.rest);
  const rest = new Map([...actual].filter(([key]) => !key.startsWith('ANY ')));
  expect(rest).toEqual(new Map(contract as never));
  const prefixes = paths.flatMap((path) => {
    const parts = path.split('/').slice(1);
    return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`);
  });
  const anything = [...actual].filter(([key]) => key.startsWith('ANY '));
  expect(new Map(anything)).toEqual(
    new Map(['/', '/{proxy+}', ...prefixes].map((path) => [`ANY ${path}`, 'api'])),
  );
});

describe.each([
  ['http', 'AWS::ApiGatewayV2::Stage', 'AccessLogSettings'],
  ['rest', 'AWS::ApiGateway::Stage', 'AccessLogSetting'],
] as const)('a %s stage', (kind, type, logs) => {
  const [stage] = ofType(templates[kind], type);

  test('logs each request as JSON, without what a caller may choose: paths, query strings, headers', () => {
    const format = JSON.parse(stage!.properties[logs].Format);
    expect(Object.values(format)).toContain('$context.requestId');
    expect(format.route).toBe(kind === 'http' ? '$context.routeKey' : '$context.resourcePath');
    expect(JSON.stringify(format)).not.toMatch(/context\.path|query|header|authorizer|userAgent/i);
  });
});

describe('throttles', () => {
  const rates = { requestsPerSecond: 300, apiRequestsPerSecond: 7, openRequestsPerSecond: 3 };
  const open = 3;
  const expected = new Map([
    ...Object.values(routes).map((route): [string, number] => [
      routeKey(route),
      route.access === 'open' ? open : route.function === 'publish' ? 300 : 7,
    ]),
    ['HEAD /api/ingest/{id}', open],
    ...[...consolePages, consoleAssets].map((path): [string, number] => [`GET ${path}`, open]),
  ]);
  const sumOf = (perRoute: Map<string, number>, others: number) =>
    [...perRoute.values()].reduce((sum, rate) => sum + rate, others);

  type Limits = { ThrottlingRateLimit: number; ThrottlingBurstLimit: number };
  const rateOf = ({ ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst }: Limits) => {
    expect(burst).toBe(rate);
    return rate;
  };

  function ofHttp(template: Template) {
    const [stage] = ofType(template, 'AWS::ApiGatewayV2::Stage');
    const { RouteSettings, DefaultRouteSettings } = stage!.properties;
    const perRoute = Object.entries(RouteSettings as Record<string, Limits>);
    return {
      others: rateOf(DefaultRouteSettings),
      perRoute: new Map(perRoute.map(([key, limits]) => [key, rateOf(limits)])),
    };
  }

  function ofRest(template: Template) {
    const [stage] = ofType(template, 'AWS::ApiGateway::Stage');
    type Method = Limits & { HttpMethod: string; ResourcePath: string };
    const settings = stage!.properties.MethodSettings as Method[];
    const [others, ...named] = settings;
    expect(others).toMatchObject({ HttpMethod: '*', ResourcePath: '/*' });
    const keyOf = ({ HttpMethod, ResourcePath }: Method) => {
      const path = ResourcePath === '/' ? '/' : ResourcePath.slice(1).replaceAll('~1', '/');
      return `${HttpMethod} ${path}`;
    };
    return {
      others: rateOf(others!),
      perRoute: new Map(named.map((method) => [keyOf(method), rateOf(method)])),
    };
  }

  test('of an HTTP API hold ingest, the API and what anyone may ask apart', () => {
    const perRoute = new Map([...expected, ['ANY /api/ingest/{id}/{slash+}', 7]]);
    expect(ofHttp(synth(rates))).toEqual({ others: open, perRoute });
  });

  test('of a REST API are the same', () => {
    expect(ofRest(synth({ ...rates, api: 'rest' }))).toEqual({ others: open, perRoute: expected });
  });

  test('of an HTTP API come after their routes, or CloudFormation would not find them', () => {
    const [stage] = ofType(templates.http, 'AWS::ApiGatewayV2::Stage');
    const added = ofType(templates.http, 'AWS::ApiGatewayV2::Route').filter(
      ({ properties }) => properties.RouteKey !== '$default',
    );
    expect(stage!.dependsOn).toEqual(expect.arrayContaining(added.map(({ id }) => id)));
  });

  test('leave ingest the most of what an account has, and strangers little', () => {
    const http = ofHttp(templates.http);
    const rest = ofRest(templates.rest);
    const anyMethods = [...restRoutes(templates.rest).keys()].filter((key) =>
      key.startsWith('ANY '),
    );
    for (const { others, perRoute } of [http, rest]) {
      expect(perRoute.get('POST /api/ingest/{id}')).toBe(500);
      expect(perRoute.get('GET /api/health')).toBe(20);
      expect(perRoute.get('GET /api/deliveries')).toBe(50);
      expect(others).toBe(20);
    }
    expect(sumOf(http.perRoute, http.others)).toBeLessThan(2_600);
    expect(sumOf(rest.perRoute, anyMethods.length * rest.others)).toBeLessThan(5_000);
  });
});

test('a REST API passes every body on as its bytes', () => {
  const [api] = ofType(templates.rest, 'AWS::ApiGateway::RestApi');
  expect(api!.properties.BinaryMediaTypes).toEqual(['*/*']);
});

test('the URL has no slash at its end', () => {
  for (const { outputs } of Object.values(templates)) {
    expect(textOf(outputs['ApiUrl']!.Value)).not.toMatch(/\/$/);
  }
});

import { describe, expect, test } from 'vitest';
import { consoleAssets, consolePages } from '../../lambdas/contract/console-paths.ts';
import { routeKey, routes } from '../../lambdas/contract/routes.ts';
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
];

test('an HTTP API has the routes of the contract and of the console, and one for everything else', () => {
  expect(httpRoutes(templates.http)).toEqual(new Map([...contract, ['$default', 'api']] as never));
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

  test('logs each request as JSON, without query strings', () => {
    const format = JSON.parse(stage!.properties[logs].Format);
    expect(Object.values(format)).toContain('$context.requestId');
    expect(JSON.stringify(format)).not.toMatch(/query|header|authorizer/i);
  });

  test('throttles', () => {
    const [settings] = [
      stage!.properties.DefaultRouteSettings ?? stage!.properties.MethodSettings[0],
    ];
    expect(settings).toMatchObject({ ThrottlingRateLimit: 500, ThrottlingBurstLimit: 500 });
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

// The front door: an HTTP API, or optionally a REST API. Both have the contract's routes and the
// console's paths; everything else also goes to the api function, so that an unknown path or a
// wrong method gets our JSON and not API Gateway's.
import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  EndpointType,
  LambdaIntegration,
  LogGroupLogDestination,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import * as v2 from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { ManagedPolicy } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledgements.ts';
import type { Rates } from './gateway-routes.ts';
import { gatewayRoutes, gatewayRoutesOf, restPaths, throttleOf } from './gateway-routes.ts';
import type { StackSettings } from './settings.ts';

type Functions = { api: IFunction; publish: IFunction; console: IFunction };

export type IngressProps = {
  settings: Pick<StackSettings, 'api' | 'logRetentionDays'> & Rates;
  functions: Functions;
};

/**
 * One line per request, of a length that callers cannot control: the route instead of the path,
 * which may be 8 KB of anything; no query strings or headers, which may carry secrets.
 */
function accessLog(route: string): AccessLogFormat {
  return AccessLogFormat.custom(
    JSON.stringify({
      request_id: '$context.requestId',
      source_ip: '$context.identity.sourceIp',
      method: '$context.httpMethod',
      route,
      status: '$context.status',
      response_bytes: '$context.responseLength',
      duration_ms: '$context.responseLatency',
      error: '$context.error.message',
      integration_error: '$context.integrationErrorMessage',
    }),
  );
}

const gatewayLogsPolicy = ManagedPolicy.fromAwsManagedPolicyName(
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs',
);
const restStageName = 'live';

export class Ingress extends Construct {
  /** Without a trailing slash. */
  readonly url: string;
  readonly serverErrors: Metric;

  constructor(scope: Construct, id: string, props: IngressProps) {
    super(scope, id);
    const { url, serverErrors } =
      props.settings.api === 'http' ? this.#addHttpApi(props) : this.#addRestApi(props);
    this.url = url;
    this.serverErrors = serverErrors;
  }

  #addHttpApi({ settings, functions }: IngressProps) {
    const integrations = eachOf(
      functions,
      (handler, name) =>
        new HttpLambdaIntegration(name, handler, { scopePermissionToRoute: false }),
    );
    const api = new v2.HttpApi(this, 'HttpApi', {
      createDefaultStage: false,
      defaultIntegration: integrations.api,
    });
    const routes = gatewayRoutesOf('http').flatMap(({ method, path, function: name }) => {
      const methods = [v2.HttpMethod[method]];
      return api.addRoutes({ path, methods, integration: integrations[name] });
    });
    const stage = new v2.HttpStage(this, 'Stage', {
      httpApi: api,
      autoDeploy: true,
      throttle: throttleOf('open', settings),
      accessLogSettings: {
        destination: new v2.LogGroupLogDestination(this.#addAccessLogs(settings)),
        format: accessLog('$context.routeKey'),
      },
    });
    // Routes must exist before their throttles.
    stage.node.addDependency(...routes);
    (stage.node.defaultChild as v2.CfnStage).routeSettings = routeSettings(settings);
    return { url: api.apiEndpoint, serverErrors: stage.metricServerError() };
  }

  #addRestApi({ settings, functions }: IngressProps) {
    const integrations = eachOf(
      functions,
      (handler) => new LambdaIntegration(handler, { scopePermissionToMethod: false }),
    );
    const throttle = throttleOf('open', settings);
    const api = new RestApi(this, 'RestApi', {
      endpointTypes: [EndpointType.REGIONAL],
      // Every body arrives as bytes; API Gateway would re-encode anything it takes for text.
      binaryMediaTypes: ['*/*'],
      // An account-wide setting, without which no REST API in the account can write access logs.
      cloudWatchRole: true,
      deployOptions: {
        stageName: restStageName,
        throttlingRateLimit: throttle.rateLimit,
        throttlingBurstLimit: throttle.burstLimit,
        methodOptions: methodOptions(settings),
        accessLogDestination: new LogGroupLogDestination(this.#addAccessLogs(settings)),
        accessLogFormat: accessLog('$context.resourcePath'),
      },
    });
    for (const { method, path, function: name } of gatewayRoutes) {
      api.root.resourceForPath(path).addMethod(method, integrations[name]);
    }
    for (const path of restPaths) {
      api.root.resourceForPath(path).addMethod('ANY', integrations.api);
    }
    acknowledge('restApi', api);
    acknowledge('gatewayLogs', api, gatewayLogsPolicy.managedPolicyArn);
    const { region, urlSuffix } = Stack.of(this);
    return {
      url: `https://${api.restApiId}.execute-api.${region}.${urlSuffix}/${restStageName}`,
      serverErrors: api.metricServerError(),
    };
  }

  #addAccessLogs(settings: IngressProps['settings']): LogGroup {
    return new LogGroup(this, 'AccessLogs', {
      retention: settings.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }
}

/** For an HTTP API: CloudFormation accepts this directly. */
function routeSettings(rates: Rates) {
  return Object.fromEntries(
    gatewayRoutesOf('http').map((route) => {
      const { rateLimit, burstLimit } = throttleOf(route.traffic, rates);
      return [
        `${route.method} ${route.path}`,
        { ThrottlingRateLimit: rateLimit, ThrottlingBurstLimit: burstLimit },
      ];
    }),
  );
}

/** For a REST API; its `ANY` methods use the stage's. */
function methodOptions(rates: Rates) {
  return Object.fromEntries(
    gatewayRoutes.map(({ method, path, traffic }) => {
      const { rateLimit, burstLimit } = throttleOf(traffic, rates);
      const options = { throttlingRateLimit: rateLimit, throttlingBurstLimit: burstLimit };
      return [`${path}/${method}`, options];
    }),
  );
}

function eachOf<Value>(
  functions: Functions,
  make: (handler: IFunction, name: keyof Functions) => Value,
): Record<keyof Functions, Value> {
  return {
    api: make(functions.api, 'api'),
    publish: make(functions.publish, 'publish'),
    console: make(functions.console, 'console'),
  };
}

// The route table, and the events sent to operator subscriptions, as an OpenAPI 3.1 document. `npm
// run openapi` writes it to docs/, the api function serves it; with API keys off, it omits them.
import * as z from 'zod';
import { operationalEvents } from '../announcements/operational-events.ts';
import type { ProblemCode } from './problems.ts';
import { problems } from './problems.ts';
import { problem } from './resources.ts';
import type { Access, Route } from './routes.ts';
import { routes } from './routes.ts';

type Json = Record<string, unknown>;
type Components = Record<string, unknown>;

export function openApiDocument(apiAuth: 'on' | 'off' = 'on') {
  const schemas: Components = {};
  const paths: Record<string, Json> = {};
  const problemSchema = schemaOf(problem, 'output', schemas);
  for (const [id, route] of Object.entries<Route>(routes)) {
    const operation = {
      operationId: id,
      summary: route.summary,
      security: apiAuth === 'on' ? securityOf(route.access) : openSecurityOf(route.access),
      parameters: parametersOf(route, schemas),
      ...(route.body !== undefined && { requestBody: requestBodyOf(route.body, schemas) }),
      responses: {
        ...successOf(route, schemas),
        ...problemsOf(route, problemSchema, apiAuth),
      },
    };
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation };
  }
  const document = {
    openapi: '3.1.1',
    info: {
      title: 'Webhook delivery',
      version: '1.0.0',
      description:
        'Accepts events and delivers them as signed webhooks, at least once. Members and query parameters that are not ' +
        'described are rejected, as is a parameter given twice; an empty query parameter or header counts as ' +
        'absent. Strings are well-formed Unicode, and their lengths count UTF-16 code units.',
    },
    servers: [{ url: '/' }],
    paths,
    webhooks: webhooksOf(schemas),
    components: { schemas, securitySchemes },
  };
  // zod puts named schemas into definitions; here they are components of the document.
  return JSON.parse(
    JSON.stringify(document).replaceAll('"#/$defs/', '"#/components/schemas/'),
  ) as typeof document;
}

function successOf(route: Route, components: Components): Json {
  const schema = schemaOf(route.response, 'output', components);
  const usual = { description: 'Success', content: { 'application/json': { schema } } };
  if (route.greets === undefined) return { [route.status]: usual };
  const content = Object.fromEntries(route.greets.map((type) => [type, { schema: {} }]));
  const description = `The response to a sender's handshake, if \`verification\` supports it`;
  const greeting = { description, content };
  if (route.status !== 200) return { [route.status]: usual, 200: greeting };
  const both = { schema: { anyOf: [schema, {}] } };
  return {
    200: {
      description: `Success, or ${lowerFirst(description)}`,
      content: { ...content, 'application/json': both },
    },
  };
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** The requests sent, by event type. */
function webhooksOf(components: Components): Record<string, Json> {
  const entries = Object.values(operationalEvents).map((event) => {
    const post = {
      summary: event.description,
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(event, 'output', components) } },
      },
      responses: { '2XX': { description: 'Received' } },
    };
    return [event.shape.type.value, { post }];
  });
  return Object.fromEntries(entries);
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key: `Bearer whk_…`' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  signature: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Hub-Signature-256',
    description: "`sha256=` and the HMAC-SHA256 of the body with the subscription's secret, hex",
  },
};

function securityOf(access: Access): Record<string, string[]>[] {
  if (access === 'open') return [];
  const scopes = access === 'any-key' ? [] : [scopeOf(access)];
  const keys = [{ bearer: scopes }, { apiKey: scopes }];
  return access === 'publish-or-signature' ? [...keys, { signature: [] }] : keys;
}

/** A subscription with a secret requires a signature even if API keys are off. */
function openSecurityOf(access: Access): Record<string, string[]>[] {
  return access === 'publish-or-signature' ? [{}, { signature: [] }] : [];
}

function scopeOf(access: 'admin' | 'read' | 'publish-or-signature'): string {
  return access === 'publish-or-signature' ? 'publish' : access;
}

function parametersOf(route: Route, components: Components): Json[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  return [
    ...inPath,
    ...optionalParameters('query', route.query, components),
    ...optionalParameters('header', route.headers, components),
  ];
}

function optionalParameters(
  place: 'query' | 'header',
  schema: z.ZodObject | undefined,
  components: Components,
): Json[] {
  return Object.entries(schema?.shape ?? {})
    .filter(([name]) => name !== 'content-type') // OpenAPI has it in requestBody.
    .map(([name, member]) => ({
      name,
      in: place,
      ...(place === 'query' && { allowEmptyValue: true }),
      schema: schemaOf(member as z.ZodType, 'input', components),
    }));
}

function requestBodyOf(body: z.ZodObject | 'raw', components: Components): Json {
  // Bytes of any type; JSON first, since most events are JSON.
  if (body === 'raw')
    return {
      required: true,
      content: { 'application/json': { schema: {} }, '*/*': { schema: {} } },
    };
  const schema = schemaOf(body, 'input', components);
  // No body means `{}`.
  const required = !body.safeParse({}).success;
  return { required, content: { 'application/json': { schema } } };
}

function problemsOf(route: Route, schema: Json, apiAuth: 'on' | 'off'): Json {
  // Every route refuses unknown query parameters.
  const codes: ProblemCode[] = ['internal', 'unavailable', 'invalid-request', ...route.problems];
  if (route.access !== 'open' && apiAuth === 'on') {
    codes.push('unauthenticated', 'forbidden', 'too-many-failures');
  }
  const byStatus = Map.groupBy(new Set(codes), (code) => problems[code].status);
  const responses = [...byStatus].map(([status, alike]) => {
    const description = alike.map((code) => `\`${code}\`: ${problems[code].title}`).join('. ');
    return [status, { description, content: { 'application/problem+json': { schema } } }];
  });
  return Object.fromEntries(responses) as Json;
}

/** A reference if the schema is named, which makes it a component. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', components: Components): Json {
  const { properties, $defs } = z.toJSONSchema(z.object({ it: schema }), {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // Later additions must not break clients that validate.
      if (io === 'output' && jsonSchema.additionalProperties === false) {
        delete jsonSchema.additionalProperties;
      }
      delete jsonSchema.id;
      const { shownAs } = jsonSchema;
      if (typeof shownAs === 'object') {
        delete jsonSchema.pattern;
        delete jsonSchema['shownAs'];
        Object.assign(jsonSchema, shownAs);
      }
      // The format says it all.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });
  Object.assign(components, $defs);
  return properties?.['it'] as Json;
}

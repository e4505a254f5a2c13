// Whether the service takes what its own description says that it takes, and refuses the rest. An independent reader of
// JSON Schema says which is which.
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../lambdas/contract/http/openapi.ts';
import { secretMask } from '../../lambdas/contract/signing/secret-mask.ts';
import { faulty, fromSchema } from '../support/from-schema.ts';
import type { Components, Overrides, Schema } from '../support/from-schema.ts';
import { createService } from '../support/service.ts';
import type { Answer } from '../support/service.ts';

type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: Schema };
type Operation = {
  operationId: string;
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string }>;
};

const document = openApiDocument('off') as unknown as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Components };
};
const components = document.components.schemas;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => {
    const line = { method: method.toUpperCase(), path };
    return [operation.operationId, { ...operation, ...line }] as const;
  }),
);
type Described = (typeof operations)[number][1];

const reader = new Ajv2020({ strict: false, allErrors: true });
reader.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
reader.addSchema({ $id: 'document', components: atHome(document.components) });

/** References in a document that has a name. */
function atHome(value: unknown): object {
  return JSON.parse(JSON.stringify(value).replaceAll('"#/', '"document#/')) as object;
}

const base64 = fc
  .uint8Array({ minLength: 1, maxLength: 40 })
  .map((bytes) => Buffer.from(bytes).toString('base64'));

/** Rules that no schema can say: each is told in a description, and tested elsewhere. */
const beyondSchemas: Overrides = {
  // Of one host: elsewhere, headers and credentials must be given again.
  target_url: fc.constantFrom('https://example.com/hook', 'https://example.com/?a=@b'),
  token_url: fc.constant('https://example.com/token'),
  // A window must not be empty.
  until: null,
  // Opaque.
  cursor: null,
  // A text that is base64, too; and beside the other it stands for nothing.
  payload_raw: base64,
  payload: null,
  // Some names are refused.
  '(name)': fc.stringMatching(/^X-[A-Z][a-z]{1,8}$/),
};

/** No certificate that fits a key, no mask where there is nothing behind it. What `not` excludes is made all the same. */
const isBeyond = (value: unknown) =>
  /"type":"mtls"|__proto__|"username":"","password":""/.test(JSON.stringify(value)) ||
  JSON.stringify(value).includes(secretMask);

async function setup() {
  const service = createService();
  const body = { target_url: 'https://example.com/hook' };
  const created = await service.call('createSubscription', { body });
  const { id } = created.json['subscription'] as { id: string };
  const ask = (
    { method, path }: Described,
    given: { query?: string; headers?: Record<string, string>; body?: string },
  ) => {
    service.clock.advance(1_000);
    const search = given.query === undefined ? '' : `?${given.query}`;
    const headers = { 'content-type': 'application/json', ...given.headers };
    const line = { method, path: path.replace('{id}', id) + search, headers };
    return service.request({ ...line, body: given.body });
  };
  return { ask };
}

/** Whatever is asked, the answer is one that the description has. */
function expectDescribed(operation: Described, { status, json, text }: Answer): void {
  const told = operation.responses[status]?.description;
  expect(told, `${operation.operationId}: ${text}`).toBeDefined();
  expect(status, text).not.toBe(500);
  if (status >= 400) expect(told).toContain(`\`${String(json['code'])}\``);
}

function jsonSchemaOf({ requestBody }: Described): Schema | undefined {
  if (requestBody === undefined || '*/*' in requestBody.content) return undefined;
  return requestBody.content['application/json']?.schema;
}

const withBodies = operations.filter(([, operation]) => jsonSchemaOf(operation) !== undefined);

describe.each(withBodies)('the body of %s', (_, operation) => {
  const schema = jsonSchemaOf(operation) ?? {};
  const good = fromSchema(schema, components, beyondSchemas).filter((value) => !isBeyond(value));
  const isValid = reader.compile(atHome(schema));

  test('is taken where it is as described', async () => {
    const { ask } = await setup();
    await fc.assert(
      fc.asyncProperty(good, async (value) => {
        expect(isValid(value), JSON.stringify(isValid.errors)).toBe(true);
        const answer = await ask(operation, { body: JSON.stringify(value) });
        expectDescribed(operation, answer);
        expect(answer.json['code'], answer.text).not.toBe('invalid-request');
      }),
      { numRuns: 60 },
    );
  });

  test('is refused where it is not', async () => {
    const { ask } = await setup();
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(faulty(good), async (value) => {
        // No value is no body.
        const text = value === undefined ? 'null' : JSON.stringify(value);
        const answer = await ask(operation, { body: text });
        expectDescribed(operation, answer);
        if (isValid(JSON.parse(text))) return;
        refused += 1;
        expect(refusals(isValid.errors ?? []), answer.text).toContain(answer.json['code']);
      }),
      { numRuns: 150 },
    );
    expect(refused).toBeGreaterThan(30);
  });

  test('is required where a member is', async () => {
    const { ask } = await setup();
    const { status, json } = await ask(operation, {});
    const isRefused = status === 400 && json['code'] === 'invalid-request';
    expect(isRefused).toBe(operation.requestBody?.required);
  });
});

/** A target URL that is not of its form is told apart, where nothing else is wrong. */
function refusals(errors: readonly { instancePath: string }[]): string[] {
  const isTarget = errors.every(({ instancePath }) => instancePath === '/target_url');
  return isTarget ? ['invalid-request', 'unsafe-target-url'] : ['invalid-request'];
}

const places = operations.flatMap(([id, operation]) =>
  operation.parameters
    .filter((parameter) => parameter.in !== 'path')
    .map(
      (parameter) => [`${id}, ${parameter.in} ${parameter.name}`, operation, parameter] as const,
    ),
);

describe.each(places)('%s', (_, operation, { name, in: place, schema }) => {
  const isValid = reader.compile(atHome(schema));
  const given = (text: string) =>
    place === 'query'
      ? { query: new URLSearchParams([[name, text]]).toString() }
      : { headers: { [name]: text } };
  const body = operation.requestBody === undefined ? {} : { body: '{}' };
  // A window must not be empty: it begins in the past, and ends in the future.
  const later = fc.constantFrom('2037-01-31T00:00:00Z', '2037-01-31T00:00:00.5+01:00');
  const good = name === 'until' ? later : fromSchema(schema, components).map(String);
  const odd = fc.oneof(
    fc.constantFrom('0x10', '1e2', ' 5 ', '-1', '1.5', '+1', 'x'.repeat(3_000), '\\', '*'),
    fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/),
  );

  test('is taken where it is as described, or empty, and refused otherwise', async () => {
    const { ask } = await setup();
    await fc.assert(
      fc.asyncProperty(fc.oneof(good, odd, fc.constant('')), async (text) => {
        // In a header spaces around are none of the value.
        if (place === 'header' && text !== text.trim()) return;
        const answer = await ask(operation, { ...given(text), ...body });
        expectDescribed(operation, answer);
        const isFine = text === '' || isValid(valueOf(text, schema));
        expect(answer.json['code'] === 'invalid-request', `${text}: ${answer.text}`).toBe(!isFine);
      }),
      { numRuns: 60 },
    );
  });
});

/** In a URL a whole number is digits. */
function valueOf(text: string, { type }: Schema): unknown {
  return type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
}

test.each(operations)('%s refuses what is not described', async (_, operation) => {
  const { ask } = await setup();
  const answer = await ask(operation, { query: 'nobody_knows=1' });
  expectDescribed(operation, answer);
  // Senders add parameters of their own to the URL that they were given.
  if (!operation.path.startsWith('/api/ingest'))
    expect(answer.json['code']).toBe('invalid-request');
});

import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { openApiDocument } from '../../../lambdas/contract/http/openapi.ts';
import { operationalEvents } from '../../../lambdas/contract/announcements/operational-events.ts';
import { problems } from '../../../lambdas/contract/http/problems.ts';
import type { Route } from '../../../lambdas/contract/http/routes.ts';
import { routes } from '../../../lambdas/contract/http/routes.ts';
import { createService } from '../../support/service.ts';

const document = openApiDocument();
const text = JSON.stringify(document);

test('is valid OpenAPI 3.1', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  expect(result).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('is what docs/openapi.json says: run `npm run openapi` otherwise', () => {
  const file = new URL('../../../docs/openapi.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
});

test.each(['on', 'off'] as const)('is what the service answers with keys %s', async (apiAuth) => {
  const service = createService({ settings: { API_AUTH: apiAuth } });
  const { json } = await service.call('getOpenApi', { key: await service.addKey(['read']) });
  expect(json).toEqual(openApiDocument(apiAuth));
});

test('asks for credentials where the service does', async () => {
  for (const apiAuth of ['on', 'off'] as const) {
    const service = createService({ settings: { API_AUTH: apiAuth } });
    for (const { method, path } of Object.values<Route>(routes)) {
      const operation = openApiDocument(apiAuth).paths[path]?.[method.toLowerCase()] as {
        security: object[];
      };
      const isOpen = operation.security.every((way) => Object.keys(way).length === 0);
      const line = { method, path: path.replace('{id}', 'x'), headers: {} };
      const { status } = await service.request(line);
      if (operation.security.some((way) => Object.keys(way).length === 0))
        expect(status).not.toBe(401);
      else expect(status === 401, `${method} ${path}`).toBe(!isOpen);
    }
  }
});

test('has every route of the contract and no other', () => {
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const expected = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
  expect(described.toSorted()).toEqual(expected.toSorted());
});

test('has every operational event as a webhook', () => {
  const types = Object.values(operationalEvents).map((event) => event.shape.type.value);
  expect(Object.keys(document.webhooks)).toEqual(types);
});

test('refers only to what it has', () => {
  const names = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !(String(name) in document.components.schemas))).toEqual([]);
  expect(text).not.toMatch(/\$defs|undefined/);
});

describe('a problem code', () => {
  const schema = document.components.schemas['Problem'] as {
    properties: { code: { enum: string[] } };
  };

  test('is in the document, whichever it is', () => {
    expect(schema.properties.code.enum).toEqual(Object.keys(problems));
  });

  test('of a route is in its responses, under its status', () => {
    for (const route of Object.values<Route>(routes)) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()] as {
        responses: Record<string, { description: string }>;
      };
      for (const code of route.problems) {
        const { status } = problems[code];
        expect(operation.responses[status]?.description, route.path).toContain(`\`${code}\``);
      }
    }
  });
});

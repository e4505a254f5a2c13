// The parts of an OpenAPI document that the reference shows.

export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
};

export type Parameter = { name: string; in: 'path' | 'query' | 'header'; schema: Schema };

export type Operation = {
  operationId: string;
  summary: string;
  security: Record<string, string[]>[];
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: Schema }> }>;
};

export type Document = {
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  webhooks?: Record<string, { post: { summary: string } }>;
  components: { schemas: Record<string, Schema> };
};

export type Entry = { method: string; path: string; operation: Operation };

/** By the first word after /api: subscriptions, deliveries, … */
export function groupsOf(document: Document): Map<string, Entry[]> {
  const entries = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  return Map.groupBy(entries, ({ path }) => groupOf(path));
}

function groupOf(path: string): string {
  const word = /^\/api\/([\w-]+)/.exec(path)?.[1] ?? 'service';
  const names: Record<string, string> = {
    delivery: 'deliveries',
    health: 'service',
    settings: 'service',
    stats: 'service',
    whoami: 'service',
  };
  return names[word] ?? word;
}

export function resolved(document: Document, schema: Schema): Schema {
  const name = schema.$ref?.replace('#/components/schemas/', '');
  const found = name === undefined ? undefined : document.components.schemas[name];
  if (found === undefined) return schema;
  return schema.description === undefined ? found : { ...found, description: schema.description };
}

export function typeOf(document: Document, given: Schema): string {
  const schema = resolved(document, given);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return [...new Set(choices.map((one) => typeOf(document, one)))].join(' | ');
  if (schema.type === 'array') return `list of ${typeOf(document, schema.items ?? {})}`;
  return plainType(schema);
}

function plainType({ type, format }: Schema): string {
  const name = Array.isArray(type) ? type.join(' | ') : (type ?? 'any');
  return format === undefined ? name : `${name} (${format})`;
}

/** The scope that a key needs: null for none at all, an empty text for any key. */
export function scopeOf({ security }: Operation): string | null {
  if (!security.some((way) => 'bearer' in way)) return null;
  return security[0]?.['bearer']?.[0] ?? '';
}

const placeholders: Record<string, unknown> = { string: '', integer: 0, number: 0, boolean: false };

/** A body to start from: its required fields. */
export function exampleOf(document: Document, given: Schema): unknown {
  const schema = resolved(document, given);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  if (schema.const !== undefined) return schema.const;
  if (schema.properties) {
    const required = schema.required ?? [];
    const names = Object.keys(schema.properties).filter((name) => required.includes(name));
    return Object.fromEntries(
      names.map((name) => [name, exampleOf(document, schema.properties?.[name] ?? {})]),
    );
  }
  if (schema.type === 'array') return [exampleOf(document, schema.items ?? {})];
  return placeholders[String(schema.type)] ?? {};
}

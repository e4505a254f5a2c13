// Values of a JSON Schema, as the description of the API has it: good ones, and ones with a fault somewhere.
import fc from 'fast-check';

export type Schema = Readonly<{
  $ref?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  type?: string | readonly string[];
  readOnly?: boolean;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
}>;

/** What a rule beyond the schema asks of the members of that name; null leaves them out. */
export type Overrides = Readonly<Record<string, fc.Arbitrary<unknown> | null>>;

/** The components that references lead to. */
export type Components = Readonly<Record<string, Schema>>;

export function fromSchema(
  schema: Schema,
  components: Components,
  overrides: Overrides = {},
): fc.Arbitrary<unknown> {
  const from = (inner: Schema) => fromSchema(inner, components, overrides);
  const { $ref, type } = schema;
  if ($ref !== undefined) return from(components[$ref.replace(/.*\//, '')] ?? {});
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches !== undefined) return fc.oneof(...branches.map(from));
  const fixed = fixedFrom(schema);
  if (fixed !== null) return fixed;
  if (typeof type === 'object') {
    return fc.oneof(...type.map((each) => from({ ...schema, type: each })));
  }
  const make = typesFrom[type ?? 'any'];
  return make === undefined ? fc.constant(null) : make(schema, from, overrides);
}

type From = (schema: Schema) => fc.Arbitrary<unknown>;

const typesFrom: Readonly<
  Record<string, (schema: Schema, from: From, overrides: Overrides) => fc.Arbitrary<unknown>>
> = {
  object: objectFrom,
  array: ({ items = {}, minItems: minLength = 0, maxItems = 5 }, from) =>
    fc.array(from(items), { minLength, maxLength: Math.min(maxItems, minLength + 4) }),
  string: stringFrom,
  integer: ({ minimum: min = -1_000, maximum: max = 1_000 }) => fc.integer({ min, max }),
  number: ({ minimum: min = -1_000, maximum: max = 1_000 }) =>
    fc.double({ min, max, noNaN: true, noDefaultInfinity: true }),
  boolean: () => fc.boolean(),
  any: () => fc.jsonValue({ maxDepth: 2, stringUnit: 'grapheme-ascii' }),
};

function fixedFrom(schema: Schema): fc.Arbitrary<unknown> | null {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  return schema.readOnly === true ? fc.constantFrom<unknown>('x', null, 1) : null;
}

function objectFrom(
  { properties = {}, required = [], additionalProperties, propertyNames }: Schema,
  from: From,
  overrides: Overrides,
): fc.Arbitrary<unknown> {
  if (typeof additionalProperties === 'object' && Object.keys(properties).length === 0) {
    const names = overrides['(name)'] ?? stringFrom(propertyNames ?? {});
    return fc.dictionary(names as fc.Arbitrary<string>, from(additionalProperties), { maxKeys: 3 });
  }
  const members = Object.entries(properties).flatMap(([name, schema]) => {
    const override = overrides[name];
    return override === null ? [] : [[name, override ?? from(schema)] as const];
  });
  return fc.record(Object.fromEntries(members), { requiredKeys: [...required] });
}

function stringFrom({ format, pattern, minLength = 0, maxLength = 30 }: Schema) {
  if (format === 'date-time') {
    const date = { min: new Date('1971-01-01'), max: new Date('2030-01-01'), noInvalidDate: true };
    return fc.date(date).map((at) => at.toISOString());
  }
  if (pattern !== undefined) {
    return fc
      .stringMatching(new RegExp(pattern, 'u'), { maxLength: Math.min(maxLength, 40) })
      .filter((text) => text.length >= minLength);
  }
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + 20) });
}

const oddTexts = [
  '',
  ' ',
  '0',
  'x'.repeat(3_000),
  'a\nb',
  '{}',
  'null',
  'é',
  '2026-13-01T00:00:00Z',
];
const oddValues = [null, true, 0, -1, 0.5, 1e300, [], {}, [null], { a: 1 }];
const odd = fc.constantFrom<unknown>(...oddTexts, ...oddValues);

type Tree = Record<string, unknown>;

/** The value with one fault, which may be none: something odd in some place, a member too many, or one too few. */
export function faulty(values: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc
    .tuple(values, fc.nat(), odd, fc.constantFrom('replace', 'add', 'delete'))
    .map(([value, chance, strange, fault]) => {
      const root = { it: structuredClone(value) };
      const places = placesIn(root);
      const place = places[chance % places.length];
      if (place === undefined) return strange;
      const [parent, key] = place;
      const here = parent[key];
      if (fault === 'replace') parent[key] = strange;
      else if (fault === 'delete') delete parent[key];
      else if (isTree(here) && !Array.isArray(here)) here['nobody_knows'] = strange;
      return root.it;
    });
}

function placesIn(tree: Tree): [parent: Tree, key: string][] {
  return Object.entries(tree).flatMap(([key, value]) => [
    [tree, key] as [Tree, string],
    ...(isTree(value) ? placesIn(value) : []),
  ]);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null;
}

// DynamoDB expressions. Names are always written `#name`, since half of ours are reserved words;
// the name map that the API requires is derived from the expression.
import type { Item } from '../deliveries/item-size.ts';

/** `values` are keyed as the expression writes them: `:version`. */
export type Condition = { that: string; values?: Item };

export type Change = {
  /** `undefined` removes an attribute. */
  set?: Item;
  /** Adds to numbers; absent ones start at 0. */
  add?: Record<string, number>;
  /** Appends to lists; absent ones start empty. */
  append?: Item | undefined;
};

export const isAbsent: Condition = { that: 'attribute_not_exists(#pk)' };
export const isPresent: Condition = { that: 'attribute_exists(#pk)' };

/** What the API requires besides expressions. It rejects an empty value map. */
export function attributesIn(
  expressions: readonly (string | undefined)[],
  values: Item = {},
): object {
  const names = expressions.join(' ').match(/#\w+/g) ?? [];
  return {
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, name.slice(1)])),
    ExpressionAttributeValues: Object.keys(values).length === 0 ? undefined : values,
  };
}

export function expressionOf(change: Change): { expression: string; values: Item } {
  const set = Object.entries(change.set ?? {});
  const append = Object.entries(change.append ?? {});
  const sets = [
    ...set.filter(([, value]) => value !== undefined).map(([name]) => `#${name} = :${name}`),
    ...append.map(([name]) => `#${name} = list_append(if_not_exists(#${name}, :none), :${name})`),
  ];
  const removes = set.filter(([, value]) => value === undefined).map(([name]) => `#${name}`);
  const adds = Object.keys(change.add ?? {}).map((name) => `#${name} :${name}`);
  const clauses = [clause('SET', sets), clause('REMOVE', removes), clause('ADD', adds)];
  const values = Object.fromEntries([
    ...set.filter(([, value]) => value !== undefined).map(([name, value]) => [`:${name}`, value]),
    ...append.map(([name, value]) => [`:${name}`, [value]]),
    ...Object.entries(change.add ?? {}).map(([name, value]) => [`:${name}`, value]),
    ...(append.length === 0 ? [] : [[':none', []]]),
  ]);
  return { expression: clauses.filter((text) => text !== '').join(' '), values };
}

function clause(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${keyword} ${parts.join(', ')}`;
}

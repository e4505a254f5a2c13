// The core types' fields are columns in snake_case; little else differs between a value and its
// row.
import type { SQLInputValue } from 'node:sqlite';

/** The fields that a statement names, and their values. */
export type Values = Record<string, SQLInputValue>;

function columnOf(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `target_url AS targetUrl, …` */
export function selected(fields: readonly string[]): string {
  return fields.map((field) => `${columnOf(field)} AS ${field}`).join(', ');
}

/** `(target_url, …) VALUES (:targetUrl, …)` */
export function inserted(fields: readonly string[]): string {
  const columns = fields.map(columnOf).join(', ');
  return `(${columns}) VALUES (${fields.map((field) => `:${field}`).join(', ')})`;
}

/** `target_url = :targetUrl, …` */
export function assigned(fields: readonly string[]): string {
  return fields.map((field) => `${columnOf(field)} = :${field}`).join(', ');
}

/** The named fields of a record: a statement rejects unknown parameters. */
export function picked<Field extends string>(
  record: Readonly<Record<Field, SQLInputValue>>,
  fields: readonly Field[],
): Values {
  return Object.fromEntries(fields.map((field) => [field, record[field]]));
}

// A schema as a table of its fields; nested objects expand below theirs.
import type { Document, Schema } from './document.ts';
import { resolved, typeOf } from './document.ts';

export type SchemaField = { name: string; note?: string; schema: Schema; isRequired: boolean };

type Props = { document: Document; caption: string } & (
  | { schema: Schema; fields?: never }
  | { fields: readonly SchemaField[]; schema?: never }
);

const depthMax = 3;

export function SchemaTable({ document, caption, schema, fields }: Props) {
  const rows = fields ?? fieldsOf(document, schema, { before: '', depth: 0 });
  if (rows.length === 0) {
    return <p class="quiet">{schema ? typeOf(document, schema) : 'Nothing'}</p>;
  }
  return (
    <div class="table">
      <table class="schema">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Type</th>
            <th scope="col">Meaning</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, note, schema: field, isRequired }) => (
            <tr key={`${note ?? ''} ${name}`}>
              <td data-title="Name">
                <span>
                  <code>{name}</code>
                  {isRequired && <span class="quiet"> required</span>}
                  {note !== undefined && <span class="quiet"> in {note}</span>}
                </span>
              </td>
              <td data-title="Type">
                <code>{typeOf(document, field)}</code>
              </td>
              <td data-title="Meaning">{meaningOf(document, field)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function meaningOf(document: Document, field: Schema): string {
  const { description = '', default: otherwise } = resolved(document, field);
  const text = description.replaceAll('`', '');
  if (otherwise === undefined) return text;
  return `${text}${text === '' ? '' : '. '}Default ${JSON.stringify(otherwise)}`;
}

type At = { before: string; depth: number };

function fieldsOf(document: Document, given: Schema, { before, depth }: At): SchemaField[] {
  const schema = objectIn(document, given);
  if (schema?.properties === undefined || depth > depthMax) return [];
  return Object.entries(schema.properties).flatMap(([name, field]) => {
    const path = `${before}${name}`;
    const row = { name: path, schema: field, isRequired: schema.required?.includes(name) ?? false };
    return [row, ...fieldsOf(document, field, { before: `${path}.`, depth: depth + 1 })];
  });
}

/** The object that a schema is, lists, or allows besides null. */
function objectIn(document: Document, given: Schema): Schema | undefined {
  const schema = resolved(document, given);
  if (schema.properties) return schema;
  if (schema.items) return objectIn(document, schema.items);
  const choices = (schema.anyOf ?? schema.oneOf ?? []).filter(({ type }) => type !== 'null');
  return choices.length === 1 && choices[0] ? objectIn(document, choices[0]) : undefined;
}

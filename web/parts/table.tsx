// Tables that become cards where the screen is narrow.
import type { ComponentChildren } from 'preact';

export type Column<Row> = {
  title: string;
  cell: (row: Row) => ComponentChildren;
  /** For numbers and buttons. */
  side?: 'end';
};

type TableProps<Row> = {
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  classOf?: (row: Row) => string;
  /** What is expanded below a row; null if collapsed. */
  detailOf?: (row: Row) => ComponentChildren;
};

export function Table<Row>({ caption, columns, rows, ...of }: TableProps<Row>) {
  return (
    <div class="table">
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ title, side }) => (
              <th scope="col" key={title} class={side ?? ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={of.keyOf(row)} row={row} columns={columns} of={of} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps<Data> = {
  row: Data;
  columns: readonly Column<Data>[];
  of: Pick<TableProps<Data>, 'classOf' | 'detailOf'>;
};

function Row<Data>({ row, columns, of }: RowProps<Data>) {
  const detail = of.detailOf?.(row) ?? null;
  return (
    <>
      <tr class={of.classOf?.(row) ?? ''}>
        {columns.map(({ title, cell, side }) => (
          <td key={title} data-title={title} class={side ?? ''}>
            {cell(row)}
          </td>
        ))}
      </tr>
      {detail !== null && (
        <tr class="detail">
          <td colSpan={columns.length}>{detail}</td>
        </tr>
      )}
    </>
  );
}

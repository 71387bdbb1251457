type Table = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** A table with its columns as rows, in the order of the alphabet, and zeros where there was nothing. */
export function turned(table: Table): Table {
  const columns = [...new Set(Object.values(table).flatMap(Object.keys))].sort();
  return Object.fromEntries(
    columns.map((column) => [
      column,
      Object.fromEntries(Object.entries(table).map(([row, cells]) => [row, cells[column] ?? 0])),
    ]),
  );
}

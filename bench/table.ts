// A row of the bench and the table that is printed. Knows numbers and text only.

export interface Row {
  readonly name: string;
  readonly measured: string;
  /** What it is held against: the bare loop of the same run, or nothing for an absolute bound. */
  readonly reference: string;
  /** The figure that the bound is about: a ratio, ms, % … */
  readonly figure: number;
  readonly bound: number;
  readonly unit: '×' | 'ms' | '%' | 'MB' | 'kB';
  /** Printed below the table. */
  readonly notes: readonly string[];
  /** Where the time goes; printed when the bound is broken. */
  readonly where: readonly string[];
}

export function isBroken(row: Row): boolean {
  // Not `figure > bound`: a figure that is no number is broken too.
  return !(row.figure <= row.bound);
}

export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ['', 'row', 'reeve', 'reference', 'figure', 'bound'],
    ...rows.map((row) => [
      isBroken(row) ? '✗' : '✓',
      row.name,
      row.measured,
      row.reference,
      `${format(row.figure)} ${row.unit}`,
      `${row.bound} ${row.unit}`,
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)));
  const lines = cells.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.flatMap((row) => row.notes.map((note) => `  ${row.name}: ${note}`));
  const where = rows
    .filter((row) => isBroken(row) && row.where.length > 0)
    .flatMap((row) => ['', `where the time of "${row.name}" goes:`, ...row.where.map((line) => `  ${line}`)]);
  return [...lines, '', ...notes, ...where].join('\n');
}

function format(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toFixed(2);
}

// A row of the bench and the table that is printed. Knows numbers and text only.

export interface Row {
  readonly name: string;
  readonly measured: string;
  /** What it is held against: the bare loop of the same run, or nothing for an absolute bound. */
  readonly reference: string;
  /** The figure that the bound is about: a ratio, ms, % …; NaN breaks the bound. */
  readonly figure: number;
  /** Absent: nothing is promised, or no reference was left to judge by. */
  readonly bound?: number;
  readonly unit: '×' | 'ms' | '%' | 'MB' | 'kB';
  /** Printed below the table. */
  readonly notes: readonly string[];
  /** Where the time goes; printed when the bound is broken. */
  readonly where: readonly string[];
}

export function isBroken(row: Row): boolean {
  // Not `figure > bound`: a figure that is no number is broken too.
  return row.bound !== undefined && !(row.figure <= row.bound);
}

/** A row in place of those that `name` would have given: what cannot be measured keeps no bound. */
export function failedRow(name: string, error: unknown): Row {
  const message = error instanceof Error ? error.message : String(error);
  const measured = `failed: ${message.split('\n')[0]}`;
  return {
    name,
    measured,
    reference: '',
    figure: Number.NaN,
    bound: 0,
    unit: '×',
    notes: [],
    where: message.split('\n'),
  };
}

const head = ['', 'row', 'reeve', 'reference', 'figure', 'bound'];

/** The table as text for a terminal, with its notes. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [head, ...rows.map(cellsOf)];
  const widths = head.map((_, i) => Math.max(...cells.map((line) => (line[i] ?? '').length)));
  const lines = cells.map((line) =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = notesOf(rows).map((note) => `  ${note}`);
  const where = whereOf(rows).flatMap(([title, ...more]) => ['', title, ...more.map((line) => `  ${line}`)]);
  return [...lines, '', ...notes, ...where].join('\n');
}

/** `row: what else is to be said of it`. */
export function notesOf(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) => row.notes.map((note) => `${row.name}: ${note}`));
}

/** Of each broken row: a title, and where its time goes. */
export function whereOf(rows: readonly Row[]): readonly (readonly [string, ...string[]])[] {
  return rows
    .filter((row) => isBroken(row) && row.where.length > 0)
    .map((row) => [`where the time of "${row.name}" goes:`, ...row.where]);
}

/** One line of the table: mark, name, measured, reference, figure, bound. */
export function cellsOf(row: Row): readonly string[] {
  const mark = row.bound === undefined ? '–' : isBroken(row) ? '✗' : '✓';
  const figure = Number.isNaN(row.figure) ? '' : `${format(row.figure)} ${row.unit}`;
  return [
    mark,
    row.name,
    row.measured,
    row.reference,
    figure,
    row.bound === undefined ? '' : `${row.bound} ${row.unit}`,
  ];
}

function format(figure: number): string {
  return figure >= 100 ? figure.toFixed(0) : figure.toFixed(2);
}

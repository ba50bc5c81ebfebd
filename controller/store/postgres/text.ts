// Text on its way to Postgres and back. Its `text` takes no NUL and no half of a surrogate pair; SQLite keeps the one and
// makes U+FFFD of the other, and so does this: what is read is the same from both.

/** ASCII SUB: in no text that people write. Followed by what it stands for: `0` NUL, `1` itself. */
const sign = '\u001a';

/** A value as Postgres takes it; fractions of a millisecond are cut, for its times are whole numbers. */
export function toPostgres(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return Math.trunc(value);
  if (typeof value !== 'string') return value;
  const text = value.toWellFormed();
  if (!text.includes(sign) && !text.includes('\0')) return text;
  return text.replaceAll(sign, `${sign}1`).replaceAll('\0', `${sign}0`);
}

/** A row as it was given. */
export function fromPostgres(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'string' && value.includes(sign)) row[name] = restored(value);
  }
  return row;
}

function restored(text: string): string {
  return text.replaceAll(`${sign}0`, '\0').replaceAll(`${sign}1`, sign);
}

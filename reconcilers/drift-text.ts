// How a field's value reads in a plan: short, and never a secret.

/** Marks a canonical value as a secret's keyed digest; what follows is compared and never shown. */
export const secretMark = '\u0000secret:';

const secretKey = /PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|CONN(ECTION)?_?STR/i;
const longest = 60;

/** A value before and after, as people may see them: where they are cut, what differs is still to be seen. */
export function showChange(
  before: string | undefined,
  after: string | undefined,
  key: string | undefined,
): readonly [string, string] {
  const [a, b] = [inWords(before, key), inWords(after, key)];
  const same = sharedStart(a, b);
  // Some of what is alike stays before the difference, so that one sees where it is.
  const from = same < longest - keptBefore ? 0 : same - keptBefore;
  return [cut(a, from), cut(b, from)];
}

const keptBefore = 20;

function sharedStart(a: string, b: string): number {
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  return i;
}

function cut(line: string, from: number): string {
  const rest = from === 0 ? line : `…${line.slice(from)}`;
  return rest.length > longest ? `${rest.slice(0, longest - 1)}…` : rest;
}

/** `key` is the environment variable or label that it belongs to. */
function inWords(value: string | undefined, key: string | undefined): string {
  if (value === undefined) return '(none)';
  if (value.startsWith(secretMark)) return '(secret)';
  if (key !== undefined && secretKey.test(key)) return '(hidden)';
  const masked = value.replace(/(\w+:\/\/[^\s:/@]*):[^\s/@]+@/g, '$1:(hidden)@');
  const line = masked.replace(/\s+/g, ' ');
  return line === '' ? '(empty)' : line;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** `536870912` as `512MiB`; exact, so that two different sizes never read alike. */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && value % 1024 === 0 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${value}${units[unit] ?? 'B'}`;
}

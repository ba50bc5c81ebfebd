// What a plain scalar means to Compose, whose YAML library is Go's: octal `0755`, `1_000`, dates; and how Go writes
// numbers where text is wanted. Knows no path and no schema.

import type { Node, ScalarNode } from '../tree.ts';

const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)$/;
const special: Readonly<Record<string, string | number | boolean | null>> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
};

/** The value of an unquoted scalar as written (go-yaml v4, internal/libyaml/resolver.go). */
export function goScalar(source: string): string | number | boolean | null {
  if (Object.hasOwn(special, source)) return special[source] ?? null;
  if (!beginsNumber(source)) return source;
  const date = dateText(source);
  if (date !== undefined) return date;
  const plain = source.replaceAll('_', '');
  if (integer.test(plain)) return integerOf(plain);
  if (/^[-+]?\.(?:inf|Inf|INF)$/.test(source)) return source.startsWith('-') ? -Infinity : Infinity;
  // What is too large for a number stays text.
  return float.test(plain) && Number.isFinite(Number(plain)) ? Number(plain) : source;
}

/** An unquoted key that is text; `1`, `true` and a date are none, which Compose refuses. */
export function isTextKey(source: string): boolean {
  if (typeof goScalar(source) !== 'string') return false;
  return !beginsNumber(source) || dateText(source) === undefined;
}

function beginsNumber(source: string): boolean {
  const first = source.charCodeAt(0);
  return (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
}

function integerOf(plain: string): number {
  const negative = plain.startsWith('-');
  const digits = plain.replace(/^[-+]/, '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return negative ? -value : value;
}

const datePattern =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt ](\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d{1,9})?(Z|[-+]\d\d:\d\d)?)?$/;

/** A date becomes the text that Go makes of a time: `2024-01-31 00:00:00 +0000 UTC`. */
function dateText(source: string): string | undefined {
  const match = datePattern.exec(source);
  if (match === null) return undefined;
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone] =
    match;
  const two = (digits: string) => digits.padStart(2, '0');
  const inRange = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= 31;
  if (!inRange || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset =
    zone === undefined || zone === 'Z' ? '+0000 UTC' : `${zone.replace(':', '')} ${zone.replace(':', '')}`;
  const time = `${two(hour)}:${two(minute)}:${two(second)}${fraction.replace(/\.?0+$/, '')}`;
  return `${year}-${two(month)}-${two(day)} ${time} ${offset}`;
}

/** Its text in a map of texts is Go's; where a text of its own is wanted, Compose refuses it. */
export function isDate(node: Node): boolean {
  if (node.kind !== 'scalar' || node.quoted || node.filled) return false;
  return typeof node.value === 'string' && node.value !== node.source && datePattern.test(node.source);
}

/** The text of a scalar where text is wanted: Go's `%v` of its value. */
export function scalarText(node: ScalarNode): string {
  if (node.value === null) return '';
  if (node.filled) return node.source;
  if (typeof node.value !== 'number') return String(node.value);
  // A plain whole number keeps its digits, also beyond 2^53.
  if (/^-?(?:0|[1-9]\d*)$/.test(node.source)) return node.source;
  return isFloat(node) ? floatText(node.value) : String(node.value);
}

/** Written as a fraction or with an exponent; `1.0` is one, though its value is whole. */
export function isFloat({ value, source }: ScalarNode): boolean {
  return typeof value === 'number' && !integer.test(source.replaceAll('_', ''));
}

/** Go's shortest form: an exponent, of two digits at least, below 1e-4 and from 1e6 on. */
function floatText(value: number): string {
  const exponent = value === 0 ? 0 : Number(value.toExponential().split('e')[1]);
  if (exponent >= -4 && exponent < 6) return String(value);
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

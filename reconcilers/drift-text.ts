// How a field's value reads in a plan: short, and never a secret.

/** Marks a canonical value as a secret's keyed digest; what follows is compared and never shown. */
export const secretMark = '\u0000secret:';

const secretKey = /PASS|SECRET|TOKEN|KEY|CREDENTIAL|PRIVATE|AUTH|DSN|CONN(ECTION)?_?STR/i;
const longest = 60;

/** A value as people may see it; `key` is the environment variable or label it belongs to. */
export function showValue(value: string | undefined, key: string | undefined): string {
  if (value === undefined) return '(none)';
  if (value.startsWith(secretMark)) return '(secret)';
  if (key !== undefined && secretKey.test(key)) return '(hidden)';
  const masked = value.replace(/(\w+:\/\/[^\s:/@]*):[^\s/@]+@/g, '$1:(hidden)@');
  const line = masked.replace(/\s+/g, ' ');
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line === '' ? '(empty)' : line;
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

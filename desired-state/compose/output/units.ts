// Durations and sizes as Compose's own libraries read and write them, bit for bit: go-str2duration, time.Duration, go-units.

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

const most = 2n ** 63n - 1n;

/** Nanoseconds; undefined: no duration. Unlike the strict parser of manifests it takes a sign. */
export function parseGoDuration(text: string): bigint | undefined {
  const negative = text.startsWith('-');
  const rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)[^\d.]+)+$/.test(rest)) return undefined;
  let total = 0n;
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)(?:\.(\d*))?([^\d.]+)/g)) {
    const size = Object.hasOwn(units, unit) ? units[unit] : undefined;
    if (size === undefined) return undefined;
    total += BigInt(whole || '0') * size;
    // Go takes the fraction as a float and cuts it off.
    if (fraction !== '')
      total += BigInt(Math.trunc(Number(fraction) * (Number(size) / 10 ** fraction.length)));
    if (total > most) return undefined;
  }
  return negative ? -total : total;
}

/** Go's own: `1h0m0s`, `1m30s`, `1.5s`, `250ms`. */
export function formatGoDuration(nanoseconds: bigint): string {
  if (nanoseconds < 0n) return `-${formatGoDuration(-nanoseconds)}`;
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 1_000n)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 1_000_000n)}ms`;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 1_000_000_000n)}s`;
  const minutes = nanoseconds / 60_000_000_000n;
  if (minutes === 0n) return seconds;
  const hours = minutes / 60n;
  return `${hours === 0n ? '' : `${hours}h`}${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, unit: bigint): string {
  const digits = String(unit).length - 1;
  const fraction = String(value % unit)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return `${value / unit}${fraction === '' ? '' : `.${fraction}`}`;
}

const powers: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes; undefined: no size. */
export function parseGoSize(text: string): bigint | undefined {
  if (/^[-+]?\d+$/.test(text)) return BigInt(text.replace('+', ''));
  const match = /^(.*?)( ?)([^\d. ]{0,3})$/s.exec(text);
  const [, number = '', , suffix = ''] = match ?? [];
  if (match === null || !/^\d*\.?\d*(?:e\d+)?$/i.test(number) || !/\d/.test(number)) return undefined;
  const [unit = '', ...more] = suffix.toLowerCase();
  const rest = more.join('');
  const value = Number(number);
  if (unit === '' || suffix.toLowerCase() === 'b') return BigInt(Math.trunc(value));
  const power = powers[unit];
  if (power === undefined || !['', 'b', 'ib'].includes(rest)) return undefined;
  return BigInt(Math.trunc(value * 1024 ** power));
}

// Durations and sizes as Compose writes them, parsed strictly: what is not wholly understood is refused, never guessed.
// Own, because the parsers on npm misread (`512m` as 512 bytes, `5` as 5 ms, `30s garbage` as 30 s).

/** Milliseconds a unit; `d` and `w` as Compose's own loader knows them. */
const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** The longest that Compose and the engine know: 2^63 - 1 nanoseconds, some 292 years. */
const longestMs = 2 ** 63 / 1e6;

const durationPart = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h|d|w)/gy;

/** `1h30m`, `10s`, `1.5s`, `500ms` → milliseconds; anything else (bare `5`, `-5s`, `30s garbage`) → undefined. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let total = 0;
  let end = 0;
  for (const part of text.matchAll(durationPart)) {
    total += Number(part[1]) * (durationUnits[part[2] ?? ''] ?? Number.NaN);
    end = part.index + part[0].length;
  }
  // Sticky matching stops at the first thing it does not know: a rest means the text is not a duration.
  if (end === 0 || end !== text.length || !(total < longestMs)) return undefined;
  // Nanoseconds are the finest unit; this takes out what binary fractions added.
  return Math.round(total * 1e6) / 1e6;
}

const formatUnits = ['d', 'h', 'm', 's', 'ms', 'us', 'ns'] as const;

/** The shortest whole-number form that `parseDuration` reads back: `90_000` → `1m30s`. */
export function formatDuration(ms: number): string {
  let rest = Math.round(ms * 1e6);
  let text = '';
  for (const unit of formatUnits) {
    const size = Math.round((durationUnits[unit] ?? 1) * 1e6);
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}

const sizeText = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(i?b)?$/i;
const sizeUnits = ['', 'k', 'm', 'g', 't', 'p'];

/** `512m`, `64mb`, `1.5g`, `100k`, `1024` → bytes, base 1024; anything else → undefined. */
export function parseSize(text: string): number | undefined {
  const match = sizeText.exec(text);
  if (match === null) return undefined;
  const [, digits = '', unit = '', suffix = ''] = match;
  if (unit === '' && (digits.includes('.') || suffix.length === 2)) return undefined;
  const bytes = Math.floor(Number(digits) * 1024 ** sizeUnits.indexOf(unit.toLowerCase()));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The largest unit that stays exact: `536870912` → `512m`, `1000` → `1000`. */
export function formatSize(bytes: number): string {
  for (let power = sizeUnits.length - 1; power > 0; power -= 1) {
    const size = 1024 ** power;
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${sizeUnits[power]}`;
  }
  return String(bytes);
}

// Keeps secret values out of everything that leaves the process: logs, events, progress, errors. Works on values, not
// on names, because a secret in a message has no name.

export interface Scrubber {
  /** The text with every known secret value, in any of its usual spellings, replaced by `(secret)`. */
  (text: string): string;
  /** Values known from now on; what they replace is never forgotten. */
  add(values: Iterable<string>): void;
}

const mask = '(secret)';
/** Shorter values would blank out ordinary words. */
const shortest = 4;
/** Parts of a secret (a line of a key file, the inside of a base64 text) count only from this length. */
const shortestPart = 8;

export function makeScrubber(values: Iterable<string> = []): Scrubber {
  const spellings = new Set<string>();
  let pattern: RegExp | undefined;
  const add = (more: Iterable<string>) => {
    const before = spellings.size;
    for (const value of more) for (const spelling of spellingsOf(value)) spellings.add(spelling);
    if (spellings.size > before) pattern = toPattern(spellings);
  };
  add(values);
  return Object.assign((text: string) => (pattern === undefined ? text : text.replace(pattern, mask)), {
    add,
  });
}

/** Scrubs every string (keys too), number and error in a value, at any depth; leaves plain JSON data. */
export function scrubDeep(scrub: (text: string) => string, value: unknown): unknown {
  return walk(scrub, value, new Set());
}

function walk(scrub: (text: string) => string, value: unknown, above: Set<object>): unknown {
  if (typeof value === 'string') return scrub(value);
  if (typeof value === 'number' || typeof value === 'bigint') {
    const text = String(value);
    return scrub(text) === text ? value : mask;
  }
  if (value === null || typeof value !== 'object') return typeof value === 'function' ? undefined : value;
  if (above.has(value)) return '(circular)';
  if (value instanceof Uint8Array) return `(${value.length} bytes)`;
  above.add(value);
  const plain = walkObject(value, (inner) => walk(scrub, inner, above), scrub);
  above.delete(value);
  return plain;
}

function walkObject(
  value: object,
  inside: (v: unknown) => unknown,
  scrub: (text: string) => string,
): unknown {
  if (Array.isArray(value)) return value.map(inside);
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Map || value instanceof Set) return [...value].map(inside);
  if (value instanceof URL) return inside(value.href);
  const entries = Object.entries(value);
  if (value instanceof Error) {
    // Not enumerable on an error, and the very things one logs it for.
    const { name: type, message, stack, cause } = value;
    entries.unshift(...Object.entries({ type, message, stack, cause }).filter(([, v]) => v !== undefined));
  }
  return Object.fromEntries(entries.map(([key, v]) => [scrub(key), inside(v)]));
}

function* spellingsOf(value: string): Generator<string> {
  for (const text of new Set([value, value.trim()])) if (text.length >= shortest) yield* encodings(text);
  // Logs go line by line: each line of a key file is the secret too.
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > 1) for (const line of lines) if (line.length >= shortestPart) yield* encodings(line);
}

function* encodings(text: string): Generator<string> {
  yield text;
  const escaped = JSON.stringify(text).slice(1, -1);
  yield escaped;
  yield JSON.stringify(escaped).slice(1, -1);
  const percent = percentEncoded(text);
  yield percent;
  yield percent.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase());
  yield new URLSearchParams([['', text]]).toString().slice(1);
  yield* base64Forms(text);
}

/** encodeURIComponent refuses half of a surrogate pair; a secret may hold one. */
function percentEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** As a text of its own, and as it looks inside a longer one (`user:password`) at each of the three alignments. */
function* base64Forms(text: string): Generator<string> {
  for (const alphabet of ['base64', 'base64url'] as const) {
    const whole = Buffer.from(text).toString(alphabet);
    yield whole;
    yield whole.replace(/=+$/, '');
    for (const before of [0, 1, 2]) {
      const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
      // Characters that hold bits of a neighbour's byte differ from text to text: only those between are ours.
      const first = Math.ceil((before * 8) / 6);
      const end = Math.floor((bytes.length * 8) / 6);
      const inner = bytes.toString(alphabet).slice(first, end);
      if (inner.length >= shortestPart) yield inner;
    }
  }
}

/** Longest first: a value that holds another is replaced whole. */
function toPattern(spellings: ReadonlySet<string>): RegExp {
  const longestFirst = [...spellings].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'g');
}

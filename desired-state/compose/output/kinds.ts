// How Compose writes a value of each kind in its JSON: texts, sizes in bytes, durations in Go's form; what is not set is
// left out. What cannot be read is told at its place. Owns kinds of single values, not of things (shapes.ts).

import { splitWords } from '../../container/shell-words.ts';
import type { Node, ScalarNode } from '../../tree.ts';
import { isDate, isFloat, scalarText } from '../../yaml/go-scalar.ts';
import { type Loading, tell } from '../loading.ts';
import { pairsAsMap } from '../merge/pairs.ts';
import { formatGoDuration, parseGoDuration, parseGoSize } from './units.ts';

/** undefined: not written out. */
export type Kind = (node: Node, loading: Loading) => unknown;

function refuse(loading: Loading, node: Node, code: string, message: string, hint?: string): undefined {
  tell(loading, 'error', node, { code, message, ...(hint === undefined ? {} : { hint }) });
}

function quoted(node: Node): string {
  return node.kind === 'scalar' ? JSON.stringify(node.source) : node.kind;
}

export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export const text: Kind = (node, loading) => {
  if (isDate(node)) return notText(node, loading);
  return node.kind === 'scalar' && !isNull(node) ? scalarText(node) || undefined : undefined;
};

const notText: Kind = (node, loading) =>
  refuse(loading, node, 'WrongType', `${quoted(node)} is a date to YAML, expected text`, 'put it in quotes');

export const flag: Kind = (node, loading) => setFlag(node, loading) || undefined;

/** Also false is written out. */
export const setFlag: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'boolean') return node.value;
  const word = scalarText(node).toLowerCase();
  if (['true', 'y', 'yes', 'on'].includes(word)) return true;
  if (['false', 'n', 'no', 'off'].includes(word)) return false;
  return refuse(loading, node, 'BadBoolean', `bad value ${quoted(node)}, expected true or false`);
};

/** Written out unless it says the usual: true. */
export const optOut: Kind = (node, loading) => (setFlag(node, loading) === false ? false : undefined);

/** Also 0 is written out. */
export const setInteger: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'number') return Math.trunc(node.value);
  const digits = scalarText(node);
  if (/^[-+]?\d+$/.test(digits)) return Number(digits);
  return notWhole(node, loading);
};

export const notWhole: Kind = (node, loading) =>
  refuse(loading, node, 'BadNumber', `bad number ${quoted(node)}, expected a whole number`);

/** Ports without a host port: a fraction to YAML is none. */
export const ports: Kind = (node, loading) => {
  const wrong =
    node.kind === 'list' ? node.items.find((item) => item.kind === 'scalar' && isFloat(item)) : undefined;
  return wrong === undefined ? texts(node, loading) : notWhole(wrong, loading);
};

export const integer: Kind = (node, loading) => setInteger(node, loading) || undefined;

/** A number that Compose keeps in 32 bits. */
export const float: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  const value = typeof node.value === 'number' ? node.value : Number(scalarText(node) || Number.NaN);
  if (Number.isFinite(value)) return shortest32(value) || undefined;
  return refuse(loading, node, 'BadNumber', `bad number ${quoted(node)}, expected for example 0.5 or 2`);
};

function shortest32(value: number): number {
  const wanted = Math.fround(value);
  for (let digits = 1; digits < 10; digits += 1) {
    const short = Number(wanted.toPrecision(digits));
    if (Math.fround(short) === wanted) return short;
  }
  return wanted;
}

/** Bytes, as text; what is a fraction to YAML (`1.5`, also `1e9`) is not read, as in Compose. */
export const size: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'number') return isFloat(node) || node.value === 0 ? undefined : scalarText(node);
  const bytes = parseGoSize(scalarText(node));
  if (bytes !== undefined) return bytes === 0n ? undefined : String(bytes);
  const message = `bad size ${quoted(node)}, expected bytes or a number with a unit, for example 512m or 2g`;
  return refuse(loading, node, 'BadSize', message);
};

/** Also `0s` is written out. */
export const duration: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  const nanoseconds = parseGoDuration(scalarText(node));
  if (nanoseconds !== undefined) return formatGoDuration(nanoseconds);
  const message = `bad duration ${quoted(node)}, expected a number with a unit, for example 30s or 1m30s`;
  return refuse(loading, node, 'BadDuration', message);
};

/** 0 is not set. */
export const shortDuration: Kind = (node, loading) => {
  const written = duration(node, loading);
  return written === '0s' ? undefined : written;
};

/** `0755` and `"755"` are octal; a plain whole number is what it is. */
export const fileMode: Kind = (node, loading) => {
  if (node.kind !== 'scalar' || node.value === null) return undefined;
  if (typeof node.value === 'number' && !isFloat(node)) return `0${node.value.toString(8)}`;
  const digits = scalarText(node);
  if (typeof node.value !== 'number' && /^[0-7]+$/.test(digits))
    return `0${Number.parseInt(digits, 8).toString(8)}`;
  return refuse(
    loading,
    node,
    'BadMode',
    `bad file mode ${quoted(node)}, expected octal digits, for example 0755`,
  );
};

/** One text is a list of one. */
export const texts: Kind = (node, loading) => {
  const items = node.kind === 'list' ? node.items : node.kind === 'scalar' && !isNull(node) ? [node] : [];
  const date = items.find(isDate);
  if (date !== undefined) return notText(date, loading);
  const found = items.flatMap((item) => (item.kind === 'scalar' ? [scalarText(item)] : []));
  return found.length === 0 ? undefined : found;
};

/** null: not written; an empty one clears what the image says. */
export const command: Kind = (node, loading) => {
  if (node.kind === 'list')
    return node.items.flatMap((item) => (item.kind === 'scalar' ? [scalarText(item)] : []));
  if (node.kind === 'map' || isNull(node)) return null;
  const split = splitWords(scalarText(node));
  if (split !== undefined) return split.words;
  const message = 'bad command: expected closed quotes, and no stray \\ or parenthesis';
  return refuse(loading, node, 'BadCommand', message);
};

export const healthTest: Kind = (node, loading) => {
  if (node.kind === 'scalar') return isNull(node) ? undefined : ['CMD-SHELL', scalarText(node)];
  return texts(node, loading);
};

/** KEY=value pairs; a key without a value has none. */
export const options: Kind = (node) => pairs(node, '');

/** As options, but a key without a value is null; a space at the end of a key is hardly meant. */
export const environment: Kind = (node, loading) => {
  checkKeys(node, loading);
  return pairs(node, null);
};

export function checkKeys(node: Node, loading: Loading): void {
  for (const item of node.kind === 'list' ? node.items : []) {
    const key = item.kind === 'scalar' ? scalarText(item).split('=', 1)[0] : undefined;
    if (key === undefined || !/\s$/u.test(key)) continue;
    refuse(loading, item, 'BadKey', `bad variable ${JSON.stringify(key)}, expected no space before =`);
  }
}

function pairs(node: Node, lone: '' | null): unknown {
  const map = pairsAsMap(node);
  if (map === undefined || map.entries.size === 0) return undefined;
  return Object.fromEntries(
    [...map.entries.values()].map(({ key, value }) => [
      key,
      value.kind !== 'scalar' || value.value === null ? lone : scalarText(value),
    ]),
  );
}

/** Hosts and their addresses as `name=address`, sorted. */
export const hosts: Kind = (node, loading) => {
  const found: string[] = [];
  const add = (host: string, address: string, at: Node): void => {
    if (host === '' || /[:=]/.test(host)) {
      const message = `bad extra host ${quoted(at)}, expected a name and an IP address, for example "db:10.0.0.5"`;
      refuse(loading, at, 'BadAddress', message);
    } else found.push(`${host}=${address.replace(/^\[(.+)\]$/, '$1')}`);
  };
  if (node.kind === 'map') {
    for (const { key, value } of node.entries.values()) {
      const addresses = value.kind === 'list' ? value.items : [value];
      for (const item of addresses) if (item.kind === 'scalar') add(key, scalarText(item), item);
    }
  } else if (node.kind === 'list') for (const item of node.items) if (item.kind === 'scalar') addText(item);
  return found.length === 0 ? undefined : found.sort();

  function addText(item: ScalarNode): void {
    const entry = scalarText(item);
    const at = entry.includes('=') ? entry.indexOf('=') : entry.indexOf(':');
    if (at < 0) {
      const message = `bad extra host ${quoted(item)}, expected a name and an IP address, for example "db:10.0.0.5"`;
      refuse(loading, item, 'BadAddress', message);
      return;
    }
    for (const address of entry.slice(at + 1).split(',')) add(entry.slice(0, at), address, item);
  }
};

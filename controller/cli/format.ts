// Small text forms that every screen shares: times, ages, columns, wrapped lines. Pure.

import { stripVTControlCharacters } from 'node:util';

/** `12s`, `4m`, `3h12m`, `5d4h`: two units at most, as kubectl does. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m${seconds % 60}s`;
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours}h` : `${hours}h${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 || days > 9 ? `${days}d` : `${days}d${hours % 24}h`;
}

/** How long a thing took: `820ms`, `4.2s`, `3m12s`. */
export function took(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)}s`;
  return age(ms);
}

/** `14:03:22` on the day of `now`, else `2026-11-23 14:03:22`; in the reader's time zone. */
export function clock(at: number, now: number): string {
  const [date, time] = local(at);
  return date === local(now)[0] ? time : `${date} ${time}`;
}

/** Times that stored sentences carry (`next try at 2026-11-24T12:00:00Z`), as `show` puts a time; others' are left alone. */
export function withTimes(text: string, show: (at: number) => string): string {
  return text.replace(
    /\b(at|until|since)(\s+)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/g,
    (_, word: string, space: string, iso: string) => `${word}${space}${show(Date.parse(iso))}`,
  );
}

/** `2026-11-23 14:03:22` in the reader's time zone. */
export function dateTime(at: number): string {
  return local(at).join(' ');
}

function local(at: number): readonly [string, string] {
  const date = new Date(at);
  const two = (n: number) => String(n).padStart(2, '0');
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
  ];
}

/** `1 agent`, `3 agents`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** Text shown without its colours: what it takes on the screen. */
export function shownLength(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Cuts to a width with an ellipsis; the text must carry no colours. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/**
 * Columns as wide as their widest cell, two spaces apart; the last one is cut to the width, so that a row stays a line.
 * No borders: what is piped into awk or cut must stay plain.
 */
export function columns(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
  return layOut(rows, (head, last) => {
    const room = width - shownLength(head);
    return head + (shownLength(last) > room ? cut(stripVTControlCharacters(last), room) : last);
  });
}

/** The same, but the last column is broken into lines below itself: for messages, of which nothing may be lost. */
export function flowing(rows: readonly (readonly string[])[], width = Number.POSITIVE_INFINITY): string[] {
  return layOut(rows, (head, last) => {
    const start = shownLength(head);
    if (width - start >= narrowest) return head + wrap(last, width - start, start);
    return `${head.trimEnd()}\n${' '.repeat(indentBelow)}${wrap(last, width - indentBelow, indentBelow)}`;
  });
}

/** A column narrower than this is hard to read: its text goes below the row instead. */
const narrowest = 24;
const indentBelow = 6;

function layOut(
  rows: readonly (readonly string[])[],
  finish: (head: string, last: string) => string,
): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, shownLength(cell));
    });
  }
  return rows.map((row) => {
    const head = row
      .slice(0, -1)
      .map((cell, i) => cell + ' '.repeat((widths[i] ?? 0) - shownLength(cell) + 2))
      .join('');
    return finish(head, row.at(-1) ?? '').trimEnd();
  });
}

/** Breaks at spaces so that no line is wider than `width`; lines after the first get `indent` spaces before them. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && shownLength(line) + 1 + shownLength(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}

/** A paragraph whose later lines are indented. */
export function hanging(text: string, width: number, indent = 2): string {
  return wrap(text, width - indent, indent);
}

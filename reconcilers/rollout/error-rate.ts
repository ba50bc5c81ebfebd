// The error rate of a canary: how many of its calls failed while it was watched, by reeve's own probe or by its own counters.
// Pure: what was read is passed in.

import type { Ref } from '../../desired-state/resource.ts';

/** Of one canary; `unread`: why nothing is known. */
export type Calls = { readonly all: number; readonly failed: number } | { readonly unread: string };

/** Why those fail that have too many errors, or of which nothing could be read; no calls are no errors. */
export function tooManyErrors(
  calls: Readonly<Record<Ref, Calls>>,
  maxPercent: number,
): Readonly<Record<Ref, string>> {
  const bad = Object.entries(calls).flatMap(([ref, found]): (readonly [string, string])[] => {
    if ('unread' in found) return [[ref, `its error rate is not known: ${found.unread}`]];
    const { all, failed } = found;
    if (all === 0 || (failed / all) * 100 <= maxPercent) return [];
    const percent = Number(((failed / all) * 100).toFixed(1));
    return [
      [
        ref,
        `${failed} of its ${all} calls failed (${percent}%), more than the ${maxPercent}% that may`,
      ] as const,
    ];
  });
  return Object.fromEntries(bad);
}

/**
 * The value of a counter, in Prometheus' text or in JSON; undefined: it is not there. @throws SyntaxError: it begins as JSON and
 * is none. `http_requests_total` is the sum of
 * all its series, `http_requests_total{code="500"}` of those that have that label; in JSON `stats.errors` is a path.
 */
export function readCounter(text: string, counter: string): number | undefined {
  return /^\s*[[{]/.test(text) ? inJson(text, counter) : inPrometheus(text, counter);
}

function inJson(text: string, path: string): number | undefined {
  let at: unknown = JSON.parse(text);
  for (const key of path.split('.'))
    at = typeof at === 'object' && at !== null ? Object.entries(at).find(([k]) => k === key)?.[1] : undefined;
  return typeof at === 'number' && Number.isFinite(at) ? at : undefined;
}

const series = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+([^\s]+)(?:\s+-?\d+)?$/;

function inPrometheus(text: string, counter: string): number | undefined {
  const [, name, labels = ''] = /^([^{]+?)\s*(?:\{(.*)\})?$/.exec(counter.trim()) ?? [];
  const wanted = labelsOf(labels);
  let sum: number | undefined;
  for (const line of text.split('\n')) {
    const [, found, has = '', value = ''] = series.exec(line.trim()) ?? [];
    if (found !== name) continue;
    const there = labelsOf(has);
    if (![...wanted].every(([key, want]) => there.get(key) === want)) continue;
    const number = Number(value);
    if (Number.isFinite(number)) sum = (sum ?? 0) + number;
  }
  return sum;
}

function labelsOf(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/g);
  return new Map([...found].map(([, key = '', value = '']) => [key, value]));
}

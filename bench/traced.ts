// `reeve apply` as a process that writes down its HTTP calls (trace-calls.mjs): how long it took at the engine, as a whole
// command and in CPU, and where the time went.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestPlatform } from '../test/support/platform.ts';
import { spawnReeve } from '../test/support/reeve.ts';

export interface TracedCall {
  readonly method: string;
  readonly path: string;
  readonly start: number;
  readonly end?: number;
}

export interface Applied {
  /** From the first engine call to the answer of the last that counts. */
  readonly engineMs: number;
  readonly commandMs: number;
  readonly cpuMs: number;
  readonly calls: readonly TracedCall[];
  readonly where: readonly string[];
}

interface Trace {
  readonly calls: readonly TracedCall[];
  readonly cpuMs: number;
  readonly start: number;
  readonly end: number;
}

/** What makes a reeve write its calls to `file` when it ends. */
export function tracing(file: string): Readonly<Record<string, string>> {
  return { BENCH_TRACE: file, NODE_OPTIONS: `--import=${join(import.meta.dirname, 'trace-calls.mjs')}` };
}

/** The calls of a reeve that has ended. */
export async function callsIn(file: string): Promise<readonly TracedCall[]> {
  return (JSON.parse(await readFile(file, 'utf8')) as Trace).calls;
}

/** Applies the platform; `isLast` says which calls may be the last that counts. */
export async function tracedApply(
  platform: TestPlatform,
  isLast: (call: TracedCall) => boolean,
): Promise<Applied> {
  const file = join(platform.folder, 'trace.json');
  const { code, stderr, ms } = await spawnReeve(['apply', '--yes', '-f', platform.manifests], {
    state: platform.state,
    socket: platform.socket,
    env: tracing(file),
  }).ended;
  if (code !== 0) throw new Error(`apply ended with ${code}: ${stderr}`);
  const trace = JSON.parse(await readFile(file, 'utf8')) as Trace;
  const first = Math.min(...trace.calls.map((c) => c.start));
  const last = Math.max(...trace.calls.filter(isLast).map((c) => c.end ?? Number.NaN));
  return {
    engineMs: last - first,
    commandMs: ms,
    cpuMs: trace.cpuMs,
    calls: trace.calls,
    where: whereOf(trace, first, last),
  };
}

/** An act on a container: what is no look, and no lock's marker. */
export function isAct({ method, path }: TracedCall): boolean {
  return method !== 'GET' && path.includes('/containers/');
}

export function isStart({ path }: TracedCall): boolean {
  return path.endsWith('/start');
}

/** `POST /containers/ID/start`. */
export function kindOf({ method, path }: TracedCall): string {
  return `${method} ${path.replace(/^\/v[\d.]+/, '').replace(/[0-9a-f]{64}/, 'ID')}`;
}

/** Calls by kind with their count and time, and how long fewer starts than possible were in flight. */
function whereOf(trace: Trace, first: number, last: number): readonly string[] {
  const kinds = new Map<string, { count: number; ms: number }>();
  for (const call of trace.calls) {
    const sum = kinds.get(kindOf(call)) ?? { count: 0, ms: 0 };
    kinds.set(kindOf(call), {
      count: sum.count + 1,
      ms: sum.ms + ((call.end ?? call.start) - call.start),
    });
  }
  const firstStart = Math.min(...trace.calls.filter(isStart).map((c) => c.start));
  return [
    `before the first engine call ${(first - trace.start).toFixed(0)} ms; to the first start ${(firstStart - first).toFixed(0)} ms; from there to the last call that counts ${(last - firstStart).toFixed(0)} ms; after it ${(trace.end - last).toFixed(0)} ms`,
    ...[...kinds]
      .sort(([, a], [, b]) => b.ms - a.ms)
      .slice(0, 12)
      .map(
        ([kind, { count, ms }]) =>
          `${String(count).padStart(5)} × ${kind}: ${(ms / count).toFixed(1)} ms each`,
      ),
  ];
}

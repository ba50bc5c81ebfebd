// Reads the error rate of canaries: from reeve's own probe calls, or from the counters that a canary has itself, which
// began with its container.

import { request } from 'undici';
import type { Ref } from '../../desired-state/resource.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { runningOf } from '../../reconcilers/ownership.ts';
import type { MeasureErrors } from '../../reconcilers/procedures/definition.ts';
import { type Calls, readCounter, tooManyErrors } from '../../reconcilers/rollout/error-rate.ts';
import type { Engine } from '../engine.ts';
import { addressOfPort } from '../probes/address.ts';

const askTimeoutMs = 5_000;
/** Counters are lines of text: more than this is something else. */
const mostBytes = 4 * 1024 * 1024;

interface Tools {
  readonly engine: Pick<Engine, 'info' | 'containers'>;
  readonly platform: string;
  readonly scrub: (text: string) => string;
  /** Calls of a workload's probe since its container passed for the first time; undefined: it has none. */
  readonly probeCalls: (ref: Ref) => { readonly all: number; readonly failed: number } | undefined;
}

/** Those with too many errors, and why. */
export async function measureErrors(
  { refs, maxPercent, metrics }: Pick<MeasureErrors, 'refs' | 'maxPercent' | 'metrics'>,
  tools: Tools,
): Promise<{ readonly failed: Readonly<Record<Ref, string>> }> {
  if (metrics === undefined) {
    const calls = refs.flatMap((ref) => {
      const found = tools.probeCalls(ref);
      return found === undefined ? [] : [[ref, found] as const];
    });
    return { failed: tooManyErrors(Object.fromEntries(calls), maxPercent) };
  }
  const containers = await tools.engine.containers();
  const read = await Promise.all(
    refs.map(async (ref) => [ref, await countersOf(ref, metrics, containers, tools)] as const),
  );
  return { failed: tooManyErrors(Object.fromEntries(read), maxPercent) };
}

async function countersOf(
  ref: Ref,
  { port, path, failed, all }: NonNullable<MeasureErrors['metrics']>,
  containers: readonly ObservedContainer[],
  { engine, platform, scrub }: Tools,
): Promise<Calls> {
  const container = runningOf(containers, platform, ref);
  if (container === undefined) return { unread: 'it has no running container' };
  const address = addressOfPort(container, port, await engine.info());
  if (address === undefined) return { unread: `there is no way to its port ${port} from here` };
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  try {
    const answer = await request(`http://${host}:${address.port}${path}`, {
      signal: AbortSignal.timeout(askTimeoutMs),
      headers: { 'user-agent': 'reeve-canary' },
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      return { unread: `GET ${path} on port ${port} answered ${answer.statusCode}` };
    }
    const text = await textOf(answer.body);
    const counts = { failed: readCounter(text, failed), all: readCounter(text, all) };
    // A counter with labels comes into being with its first event; another one is there from the start, or misspelt.
    const isThere = counts.failed !== undefined || failed.includes('{');
    const missing = counts.all === undefined ? all : isThere ? undefined : failed;
    if (counts.all === undefined || missing !== undefined)
      return { unread: `GET ${path} on port ${port} has no ${missing}` };
    return { failed: counts.failed ?? 0, all: counts.all };
  } catch (error) {
    return {
      unread: `GET ${path} on port ${port}: ${scrub(error instanceof Error ? error.message : String(error))}`,
    };
  }
}

/** @throws where it is longer than counters are. */
async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new Error(`it answered with more than ${mostBytes / 1024 / 1024} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

// Looks where an alias is that a failover moves, and whether somebody answers there: only the holder has it on that network,
// and its own probe passes, asked anew. Looks again until that is so, and changes nothing.

import { setTimeout as sleep } from 'node:timers/promises';
import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import { runningOf } from '../../reconcilers/ownership.ts';
import type { CheckAlias } from '../../reconcilers/procedures/definition.ts';
import type { Engine } from '../engine.ts';
import type { Target } from '../loop/reconciler.ts';
import { addressOfPort } from '../probes/address.ts';
import { runProbe } from '../probes/probe.ts';

interface Tools {
  readonly engine: Engine;
  readonly platform: string;
  readonly digest: (value: string) => string;
  readonly scrub: (text: string) => string;
  readonly now: () => number;
  /** What the passes aim at; undefined before the first. */
  readonly target: () => Target | undefined;
}

const everyMs = 300;

/** Nothing where it is so; `error`: what was wrong at the last look within its time. */
export async function checkAlias(
  check: CheckAlias,
  tools: Tools,
  signal: AbortSignal,
): Promise<{ readonly error?: string }> {
  const { withinMs, lastingMs = 0 } = check;
  let since: number | undefined;
  for (const until = tools.now() + withinMs; ; ) {
    const trouble = await troubleOf(check, tools).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    const now = tools.now();
    since = trouble === undefined ? (since ?? now) : undefined;
    if (since !== undefined && now - since >= lastingMs) return {};
    if (trouble !== undefined && now >= until) return { error: tools.scrub(trouble) };
    if (signal.aborted) return { error: tools.scrub(trouble ?? 'it was given up before it had lasted') };
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}

async function troubleOf(check: CheckAlias, tools: Tools): Promise<string | undefined> {
  const target = tools.target();
  if (target === undefined) return 'nothing was looked at yet';
  const network = engineNameOf(check.network, target);
  const containers = await tools.engine.containers();
  const holder = runningOf(containers, tools.platform, check.holder);
  if (holder === undefined) return `${check.holder} does not run`;
  if (!(await hasAlias(holder, check.alias, network, tools)))
    return `${check.holder} has not got the alias ${check.alias} on the network ${check.network}`;
  // Of one that does not run nobody gets an address. Any third one with the alias has it by its own declaration.
  const other = runningOf(containers, tools.platform, check.other);
  if (other !== undefined && (await hasAlias(other, check.alias, network, tools)))
    return `${other.name} has the alias ${check.alias} on the network ${check.network} too`;
  return unanswered(check.holder, holder, target, tools);
}

function engineNameOf(name: string, { revision }: Target): string {
  const network = revision.resources.find((r) => r.kind === 'Network' && r.name === name);
  return network?.kind === 'Network' ? network.engineName : name;
}

async function hasAlias(
  { id }: ObservedContainer,
  alias: string,
  network: string,
  { engine, digest }: Tools,
): Promise<boolean> {
  const detail = await engine.inspect(id, { secretKeys: new Set(), digest });
  return detail?.aliases[network]?.includes(alias) === true;
}

/** Asked by its own probe; without one, or without a way to it from here, that it runs is all there is to know. */
async function unanswered(
  ref: Ref,
  container: ObservedContainer,
  { revision, secrets }: Target,
  { engine }: Tools,
): Promise<string | undefined> {
  if (container.health === 'unhealthy') return `the healthcheck of ${ref} fails`;
  const workload = revision.resources.find((r) => refOf(r) === ref);
  if (workload === undefined || !isWorkload(workload) || workload.probe === undefined) return undefined;
  const info = await engine.info();
  const { outcome, message } = await runProbe(workload.probe, {
    containerId: container.id,
    addressOf: (port) => addressOfPort(container, port, info),
    engine,
    secret: (name) => secrets.get(name),
  });
  return outcome === 'fail' || outcome === 'loading' ? `the probe of ${ref} fails: ${message}` : undefined;
}

// How a new container stands that was started beside the old one (`start-first`): told from the two alone, so that a crash
// in between changes nothing. The old one is the workload's container until the new one has its names. Pure.

import type { Workload } from '../desired-state/resource.ts';
import { hindrancesOf, hindranceWords } from '../desired-state/start-first.ts';
import { isUp } from './container-steps.ts';
import { identityLabels, type ObservedContainer } from './observed.ts';
import type { Notice } from './plan.ts';
import { probeOf, readiness } from './readiness.ts';
import { hasFailed } from './replacement.ts';
import { judge, type Situation } from './situation.ts';

/**
 * `outdated`: made for a wish that has changed since. `alone`: the old one has ended, there is nothing to be beside. `ready`:
 * it may be given the names. `named`: it has them, and is ready.
 */
export type SuccessorFate = 'outdated' | 'failed' | 'alone' | 'starting' | 'ready' | 'named';

/** The same workload, looked at by the new container; undefined: none runs beside. */
export function besideOf(s: Situation): Situation | undefined {
  const { candidate } = s.owned;
  if (candidate === undefined) return undefined;
  const { observed, facts } = s.setting.world;
  const { stop: _, ...rest } = s;
  const stop = facts.stops[candidate.id];
  return {
    ...rest,
    container: candidate,
    readiness: readiness(
      s.workload,
      candidate,
      probeOf(observed, s.ref, candidate),
      facts,
      s.policy,
      observed.at,
    ),
    ...judge(s.setting, s.workload, candidate, s.hash),
    ...(stop === undefined ? {} : { stop }),
  };
}

/** undefined: none runs beside. */
export function besideFate(s: Situation): SuccessorFate | undefined {
  const beside = besideOf(s);
  if (beside?.container === undefined) return undefined;
  const isWanted = s.drift.some((d) => d.act === 'recreate');
  if (!isWanted || isOutdated(beside, beside.container)) return 'outdated';
  if (hasFailed(beside)) return 'failed';
  if (s.container === undefined || !isUp(s.container)) return 'alone';
  if (beside.readiness?.state !== 'ready' || beside.container.detail === undefined) return 'starting';
  return hasNames(s, beside.container) ? 'named' : 'ready';
}

/** Made from another declaration. What the engine does not take as declared would differ in the next one too. */
function isOutdated({ drift, hash }: Situation, { labels }: ObservedContainer): boolean {
  const isOfThis = labels[identityLabels.specHash] === hash;
  return drift.some((d) => d.act === 'recreate' && (!isOfThis || d.field === 'image'));
}

/** It answers to all that the workload is known by, and would be restarted as that. */
function hasNames({ workload, setting }: Situation, { detail }: ObservedContainer): boolean {
  const { networks, restart } = workload.container;
  return (
    detail !== undefined &&
    detail.spec.restart.name === restart.name &&
    Object.entries(networks).every(([name, { aliases = [] }]) => {
      const borne = detail.aliases[setting.world.networkNames[name] ?? name] ?? [];
      return [...aliases, workload.containerName].every((alias) => borne.includes(alias));
    })
  );
}

/** Whether a new one is made beside this one, instead of in its place. */
export function startsBeside(s: Situation, old: ObservedContainer): boolean {
  return s.workload.updateOrder !== undefined && old.state === 'running' && hindrances(s, old).length === 0;
}

/** Said where it was asked for, and cannot be. */
export function startFirstNotice(s: Situation): Notice[] {
  const { container, ref, workload } = s;
  const position = workload.positions['container.updateOrder'];
  if (workload.updateOrder === undefined || container?.state !== 'running') return [];
  const why = hindrances(s, container);
  if (why.length === 0) return [];
  return [
    {
      ref,
      reason: 'StartFirstNotPossible',
      message: `order: start-first is declared, and its old container is stopped first all the same: ${why.join('; ')}`,
      ...(position === undefined ? {} : { position }),
    },
  ];
}

function hindrances({ workload, setting }: Situation, { detail }: ObservedContainer): readonly string[] {
  const all = [...setting.world.byRef.values()].filter(
    (r): r is Workload => r.kind === 'Service' || r.kind === 'Agent',
  );
  const moved = Object.keys(detail?.anonymousVolumes ?? {});
  return [
    ...hindrancesOf(workload, all).map((h) => hindranceWords(h, workload)),
    ...(moved.length === 0
      ? []
      : [
          `both would write the volume at ${moved.join(', ')}, which its image declares and which moves along`,
        ]),
  ];
}

// Named volumes: made once. One that existed and is gone is never made anew by itself, and none is ever recreated:
// what is in them cannot be had again.

import { type Ref, refOf, type Volume } from '../desired-state/resource.ts';
import type { Blocker } from './blockers.ts';
import type { ResourceStatus } from './condition.ts';
import { type Finding, statusOf } from './conditions.ts';
import type { Facts } from './facts.ts';
import { isTakenDown, outcomeWords, takenDownWords } from './hands-off.ts';
import type { ObservedVolume } from './observed.ts';
import { isOthersLabel, pairDifferences } from './pair-differences.ts';
import type { Notice, Step } from './plan.ts';
import { identityOf, makeStep } from './steps.ts';
import type { World } from './world.ts';

export interface VolumePart {
  readonly steps: readonly Step[];
  readonly statuses: readonly ResourceStatus[];
  readonly warnings: readonly Notice[];
  /** Manifest name → the step that makes it. */
  readonly made: ReadonlyMap<string, string>;
  /** Manifest name → why nothing may be made or started on it. */
  readonly lost: ReadonlyMap<string, Blocker>;
}

/** What is to be done for volumes; `mayAct` says whether steps are allowed for a ref, `until` what ends a suspension. */
export function planVolumes(
  world: World,
  mayAct: (ref: Ref) => boolean,
  until: string | undefined,
): VolumePart {
  const steps: Step[] = [];
  const statuses: ResourceStatus[] = [];
  const warnings: Notice[] = [];
  const made = new Map<string, string>();
  const lost = new Map<string, Blocker>();
  for (const volume of world.revision.resources) {
    if (volume.kind !== 'Volume') continue;
    const ref = refOf(volume);
    const found = world.volumesByName.get(volume.engineName);
    const blocker = found === undefined ? blockerOf(volume, world.facts) : undefined;
    statuses.push(statusOf(findingOf(ref, volume, found, blocker, world.facts, until)));
    if (found !== undefined) continue;
    if (blocker !== undefined) {
      lost.set(volume.name, blocker);
      warnings.push({ ref, reason: blocker.reason, message: blocker.message, position: volume.position });
    } else if (mayAct(ref)) {
      const accepted = world.facts.acceptedLoss[volume.engineName] !== undefined;
      const message = accepted ? 'its loss was accepted; it is made anew, empty' : 'declared, and not there';
      const step = makeStep(
        'createVolume',
        ref,
        { volume: { ...volume, labels: { ...volume.labels, ...identityOf(world.revision, volume) } } },
        { reason: 'Created', message, position: volume.position },
      );
      steps.push(step);
      made.set(volume.name, step.id);
    }
  }
  return { steps, statuses, warnings, made, lost };
}

/** The volume is not there: may it be made? A loss accepted before the volume was last seen does not count. */
function blockerOf(volume: Volume, facts: Facts): Blocker | undefined {
  const { engineName } = volume;
  if (volume.external) {
    return {
      reason: 'VolumeMissing',
      message: `external volume ${engineName} is not there; make it with docker volume create ${engineName}, or drop external: true`,
    };
  }
  const seen = facts.volumesSeen[engineName];
  const accepted = facts.acceptedLoss[engineName];
  if (seen === undefined || (accepted !== undefined && accepted >= seen.at)) return undefined;
  return {
    reason: 'VolumeLost',
    message: `volume ${engineName} existed and is gone: its data may be lost. It is not made anew by itself; bring it back, or go on without with reeve release Volume/${volume.name} --accept-data-loss`,
  };
}

function findingOf(
  ref: Ref,
  volume: Volume,
  found: ObservedVolume | undefined,
  blocker: Blocker | undefined,
  facts: Facts,
  until: string | undefined,
): Finding {
  if (found === undefined && blocker === undefined && isTakenDown(facts))
    return { ref, ready: false, reason: 'Down', message: takenDownWords(facts) };
  if (found === undefined) {
    const failure = blocker ?? facts.failures[ref];
    if (failure !== undefined) {
      const told = { reason: failure.reason, message: failure.message };
      return { ref, ready: false, ...told, degraded: told };
    }
    const then = outcomeWords('; it is made', until);
    const told = { reason: 'VolumeMissing', message: `volume ${volume.engineName} is not there${then}` };
    return { ref, ready: false, ...told, progressing: told };
  }
  const finding = { ref, ready: true, reason: 'Present', message: `volume ${volume.engineName} is there` };
  const differing = volume.external ? [] : differences(volume, found);
  if (differing.length === 0) return finding;
  const message = `${differing.join(', ')} of volume ${volume.engineName} ${differing.length === 1 ? 'differs' : 'differ'} from the manifest; a volume is never recreated, since that loses its data: write the manifest as the volume is, or copy the data to a volume of another name`;
  return { ...finding, degraded: { reason: 'VolumeDiffers', message } };
}

function differences(volume: Volume, found: ObservedVolume): string[] {
  return [
    ...((volume.driver ?? 'local') !== found.driver ? ['driver'] : []),
    ...pairDifferences('option', volume.driverOpts, found.options, () => false),
    ...pairDifferences('label', volume.labels, found.labels, isOthersLabel),
  ];
}

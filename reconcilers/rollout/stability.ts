// When a revision is stable: all of it well, by containers none of which was started again meanwhile, for the policy's
// time. So it is again once its tags mean other images. Told from what is stored and seen, so that no process need watch it all the while. Pure.

import { isWorkload, type Ref, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { ResourceStatus } from '../condition.ts';
import type { Facts, Stable } from '../facts.ts';
import { imageKey } from '../image-key.ts';
import { imagesOf } from '../images.ts';
import { isWell } from './well.ts';

export interface Stability {
  /** Healthy since then; undefined: not healthy. Absent: as it was. */
  readonly healthySince?: number | undefined;
  readonly stable?: Stable;
  /** When it may be stable. */
  readonly nextAt?: number;
}

/**
 * What a look says of the revision in force; nothing of one that is stable with these images already. `assumed`: healthy since then for all
 * that is known, where no look before this one has said so.
 */
export function stabilityOf(
  revision: Revision,
  statuses: readonly ResourceStatus[],
  facts: Facts,
  now: number,
  assumed = now,
): Stability {
  const { id, resources, policy } = revision;
  const before = facts.healthySince[id];
  // Its tags mean again what they meant: a time that was begun with other images is not gone on with.
  if (isKnown(revision, facts)) return before === undefined ? {} : { healthySince: undefined };
  if (facts.suspended !== undefined) return {};
  const byRef = new Map(statuses.map((s) => [s.ref, s]));
  const workloads = resources.filter(isWorkload).map(refOf);
  const isHealthy =
    workloads.length > 0 && workloads.every((ref) => isWell(byRef.get(ref) ?? { conditions: [] }));
  if (!isHealthy) return before === undefined ? {} : { healthySince: undefined };
  const started = Math.max(0, ...workloads.map((ref) => startedAt(ref, byRef, facts) ?? 0));
  const since = Math.max(before ?? assumed, started);
  const change = since === before ? {} : { healthySince: since };
  const at = since + policy.rollout.stableAfterMs;
  if (now < at) return { ...change, nextAt: at };
  return { ...change, stable: { at: now, images: imagesOf(revision, facts) } };
}

/** By ids: a digest that came to be known later makes it no other image. */
function isKnown({ id, resources }: Revision, { stable, pins }: Facts): boolean {
  const images = stable[id]?.images;
  return (
    images !== undefined &&
    resources.filter(isWorkload).every((w) => images[imageKey(w)]?.id === pins[imageKey(w)])
  );
}

function startedAt(
  ref: Ref,
  byRef: ReadonlyMap<Ref, ResourceStatus>,
  { runningSince }: Facts,
): number | undefined {
  return runningSince[byRef.get(ref)?.containerId ?? ''];
}

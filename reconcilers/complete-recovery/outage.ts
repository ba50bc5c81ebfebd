// Whether so much of a platform is down that a complete recovery is to begin by itself, where its policy allows that. Kept as
// a condition of the platform: since when it lasts, and that it has had its recovery, outlive the controller. One outage has
// one, whoever began it: where that did not help, or a person gave it up, the next is a person's.

import { isWorkload, type Ref, type Resource, refOf } from '../../desired-state/resource.ts';
import { formatDuration } from '../../desired-state/units.ts';
import type { Condition, ResourceStatus } from '../condition.ts';
import type { Facts } from '../facts.ts';
import { isReady, troubleOf, waitsForDependency } from '../recovery/failure.ts';

export interface Outage {
  /** Failed and not ready: absent where they are too few by now, and the rest only starts. */
  readonly down?: readonly Ref[];
  readonly of: number;
}

/** One alone is its own recovery's. */
const fewest = 2;

/** Nothing of these is mended by another start, and a complete recovery would hold up what comes up by itself when they end. */
const beyondRestarts = new Set([
  'BuildFailed',
  'FilesRefused',
  'ImageMissing',
  'ImagePullDenied',
  'ImagePullFailed',
  'MountMissing',
  'PortTaken',
]);

/**
 * Where at least this share of what is to run is not ready; `down` where so many have failed, too, that were ready once. In a
 * crash loop each is down and starts by turns: only failures begin an outage, and only readiness ends it. Jobs and what a person
 * holds do not count, nor is down what they have stopped.
 */
export function outageOf(
  resources: readonly Resource[],
  statuses: readonly ResourceStatus[],
  onceReady: Facts['onceReady'],
  percent: number,
): Outage | undefined {
  const wanted = new Set(
    resources.filter((r) => isWorkload(r) && r.lifecycle !== 'job').map((resource) => refOf(resource)),
  );
  const counted = statuses.filter((status) => wanted.has(status.ref) && !isLeft(status));
  const isMany = ({ length }: readonly unknown[]) =>
    length >= fewest && (length / counted.length) * 100 >= percent;
  const unready = counted.filter((status) => !isReady(status));
  const down = unready.filter((s) => onceReady[s.ref] !== undefined && isDown(s)).map(({ ref }) => ref);
  if (!isMany(unready)) return undefined;
  return { of: counted.length, ...(isMany(down) ? { down } : {}) };
}

function isDown(status: ResourceStatus): boolean {
  const trouble = troubleOf(status) ?? waitsForDependency(status);
  return trouble !== undefined && !status.conditions.some((c) => c.status && beyondRestarts.has(c.reason));
}

function isLeft({ conditions }: ResourceStatus): boolean {
  return conditions.some(
    ({ type, status, reason }) => status && (type === 'Held' || (type === 'Ready' && reason === 'StandsBy')),
  );
}

export interface OutageLook {
  readonly at: number;
  /** Since when it is looked at without a gap: what was before that may have been another's doing. */
  readonly seenSince: number;
  /** Absent: there is none, or nothing is to run (suspended). */
  readonly outage: Outage | undefined;
  /** A complete recovery is, whoever began it. */
  readonly underWay: boolean;
  /** As the condition stands; absent: it never did. */
  readonly stands?: Pick<Condition, 'status' | 'reason'> & { readonly lastTransitionTime: number };
  /** It must have lasted so long. */
  readonly afterMs: number;
}

/** How the condition turns; `begin`: a complete recovery is to. */
export function judgeOutage({
  at,
  seenSince,
  outage,
  underWay,
  stands,
  afterMs,
}: OutageLook): Condition | 'begin' | undefined {
  const isOn = stands?.status === true;
  if (underWay) return isOn && stands.reason === 'CompleteRecovery' ? undefined : recovering;
  if (outage === undefined) return isOn ? over : undefined;
  const { down, of } = outage;
  if (down === undefined) return undefined;
  if (!isOn) return begun(down, of, afterMs);
  if (stands.reason !== 'SystemWideOutage') return undefined;
  // A time to come is of a clock that was set back since.
  const since = stands.lastTransitionTime > at ? seenSince : Math.max(stands.lastTransitionTime, seenSince);
  if (at - since < afterMs) return undefined;
  return 'begin';
}

const over: Condition = {
  type: 'Outage',
  status: false,
  reason: 'OutageOver',
  message: 'most of the platform is up again',
};

const recovering: Condition = {
  type: 'Outage',
  status: true,
  reason: 'CompleteRecovery',
  message:
    'this outage has had its complete recovery, or has it now: until the platform is up again none begins by itself',
};

function begun(down: readonly Ref[], of: number, afterMs: number): Condition {
  const named = down.slice(0, 5).join(', ');
  const more = down.length > 5 ? ` and ${down.length - 5} more` : '';
  const message = `${down.length} of ${of} workloads are down: ${named}${more}; a complete recovery begins if that lasts for ${formatDuration(afterMs)}`;
  return { type: 'Outage', status: true, reason: 'SystemWideOutage', message };
}

/** A person has given one up a short time ago: they have a reason. */
export function leftToPeople(id: string, quietMs: number): Condition {
  const message = `the platform is down, and ${id} was aborted less than ${formatDuration(quietMs)} ago: no complete recovery begins by itself; reeve recover begins one`;
  return { type: 'Outage', status: true, reason: 'LeftToPeople', message };
}

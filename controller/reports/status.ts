// How a platform is, on one screen: what is in force, who keeps it, what reeve's hands are off, what is not ready and why.

import type { Commit } from '../../desired-state/commit.ts';
import type { Ref } from '../../desired-state/resource.ts';
import { liftedBy, type SuspensionReason } from '../../reconcilers/lifted-by.ts';
import type { StoredEvent } from '../store/store.ts';
import { type FailoverRow, failoverRows } from './failovers.ts';
import type { ProcedureRow } from './procedures.ts';
import { type ResourceRow, type ResourceState, resourceRows } from './resources.ts';
import {
  badPlatformConditions,
  type ControllerInfo,
  iso,
  type LeaderInfo,
  type OutdatedJob,
  outdatedJobs,
  type Snapshot,
} from './snapshot.ts';

export interface HoldRow {
  readonly ref: Ref;
  readonly since: string;
  readonly until?: string;
  readonly stopped: boolean;
  readonly by: string;
  readonly reason?: string;
}

export interface StatusReport {
  readonly platform: string;
  readonly at: string;
  readonly seen: Snapshot['seen'];
  readonly revision?: {
    readonly id: string;
    readonly inForceSince?: string;
    readonly by?: string;
    readonly sources: readonly string[];
    /** Where it is from git. */
    readonly commit?: Commit;
  };
  readonly controller?: ControllerInfo;
  /** Who leads, where that is not `controller`. */
  readonly leader?: LeaderInfo;
  /** Without a controller: who is applying, taking down … at this moment. */
  readonly acting?: { readonly by: string; readonly pid: number; readonly since: string };
  readonly suspended?: {
    readonly since: string;
    readonly by: string;
    readonly reason: SuspensionReason;
    /** The first command that ends it: `reeve resume`. */
    readonly endedBy: string;
    /** What the person who did it said. */
    readonly why?: string;
  };
  readonly held: readonly HoldRow[];
  /** What a standby stands in for, or is about to. */
  readonly failedOver: readonly FailoverRow[];
  readonly total: number;
  readonly ready: number;
  readonly counts: Readonly<Record<ResourceState, number>>;
  readonly notReady: readonly ResourceRow[];
  /** The platform's own conditions that are bad: a broken manifest, an engine that is away. */
  readonly platformConditions: readonly {
    readonly type: string;
    readonly reason: string;
    readonly message: string;
    readonly since: string;
  }[];
  /** Jobs that are done and whose volumes were made anew since: what they did is gone. */
  readonly outdatedJobs: readonly OutdatedJob[];
  readonly pendingSteps?: number;
  readonly trouble?: string;
  /** Procedures that wait for a person's word. */
  readonly decisions: readonly ProcedureRow[];
  /** A rollout or a rollback under way. */
  readonly comingIn?: ProcedureRow;
  readonly warnings: readonly EventRow[];
}

export interface EventRow {
  readonly seq: number;
  readonly at: string;
  readonly firstAt: string;
  readonly count: number;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly regarding: Ref;
  readonly message: string;
  readonly by: string;
  readonly revision?: string;
  readonly pass?: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The platform's state, from what is remembered and observed; `warnings` are its latest Warning events. */
export function statusReport(
  snapshot: Snapshot,
  warnings: readonly StoredEvent[],
  decisions: readonly ProcedureRow[] = [],
  comingIn?: ProcedureRow,
): StatusReport {
  const rows = resourceRows(snapshot);
  const counts: Record<ResourceState, number> = {
    ready: 0,
    progressing: 0,
    degraded: 0,
    waiting: 0,
    unknown: 0,
  };
  for (const row of rows) counts[row.state] += 1;
  const { revision, inForce, controller, pendingSteps, trouble } = snapshot;
  const suspended = snapshot.facts.suspended;
  return {
    platform: snapshot.platform,
    at: iso(snapshot.at),
    seen: snapshot.seen,
    ...(revision === undefined
      ? {}
      : {
          revision: {
            id: revision.id,
            ...(inForce === undefined ? {} : { inForceSince: iso(inForce.at), by: inForce.by }),
            sources: revision.sources,
            ...(revision.commit === undefined ? {} : { commit: revision.commit }),
          },
        }),
    ...(controller === undefined ? {} : { controller }),
    ...(snapshot.leader === undefined ? {} : { leader: snapshot.leader }),
    ...(snapshot.acting === undefined
      ? {}
      : {
          acting: {
            by: snapshot.acting.command,
            pid: snapshot.acting.pid,
            since: iso(snapshot.acting.since),
          },
        }),
    ...(suspended === undefined
      ? {}
      : {
          suspended: {
            since: iso(suspended.at),
            by: suspended.by,
            reason: suspended.reason,
            endedBy: `reeve ${liftedBy[suspended.reason][0]}`,
            ...(suspended.why === undefined ? {} : { why: suspended.why }),
          },
        }),
    held: holdRows(snapshot),
    failedOver: failoverRows(snapshot),
    total: rows.length,
    ready: rows.filter((row) => row.ready).length,
    counts,
    notReady: rows.filter((row) => row.state !== 'ready').sort(worstFirst),
    platformConditions: badPlatformConditions(snapshot).map((c) => ({
      type: c.type,
      reason: c.reason,
      message: c.message,
      since: iso(c.lastTransitionTime),
    })),
    outdatedJobs: outdatedJobs(snapshot),
    ...(pendingSteps === undefined ? {} : { pendingSteps }),
    ...(trouble === undefined ? {} : { trouble: trouble.message }),
    decisions,
    ...(comingIn === undefined ? {} : { comingIn }),
    warnings: warnings.map(eventRow),
  };
}

/** A stored event as programs read it. */
export function eventRow(event: StoredEvent): EventRow {
  const { seq, type, reason, regarding, message, by, count, revision, pass, detail } = event;
  return {
    seq,
    at: iso(event.at),
    firstAt: iso(event.firstAt),
    count,
    type,
    reason,
    regarding,
    message,
    by,
    ...(revision === undefined ? {} : { revision }),
    ...(pass === undefined ? {} : { pass }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** Holds that stand, by ref. */
export function holdRows(snapshot: Snapshot): readonly HoldRow[] {
  return Object.entries(snapshot.facts.holds)
    .filter(([, hold]) => hold.until === undefined || hold.until > snapshot.at)
    .map(([ref, hold]) => ({
      ref: ref as Ref,
      since: iso(hold.at),
      ...(hold.until === undefined ? {} : { until: iso(hold.until) }),
      stopped: hold.stopped,
      by: hold.by,
      ...(hold.reason === undefined ? {} : { reason: hold.reason }),
    }))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

const badness: Readonly<Record<ResourceState, number>> = {
  degraded: 0,
  waiting: 1,
  progressing: 2,
  unknown: 3,
  ready: 4,
};
const tierOrder = ['core', 'critical', 'standard'];

/** What broke comes before what waits for it, core before standard: the cause is at the top of the list. */
export function worstFirst(a: ResourceRow, b: ResourceRow): number {
  return (
    badness[a.state] - badness[b.state] ||
    tierOrder.indexOf(a.tier ?? 'core') - tierOrder.indexOf(b.tier ?? 'core') ||
    (a.ref < b.ref ? -1 : 1)
  );
}

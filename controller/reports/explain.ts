// Why a resource is as it is: its present condition, what stands behind it, what happened, and what to type next. Pure.

import type { Commit } from '../../desired-state/commit.ts';
import type { Position } from '../../desired-state/diagnostic.ts';
import type { Ref } from '../../desired-state/resource.ts';
import type { StoredEvent } from '../store/store.ts';
import { type Advice, adviceFor } from './advice.ts';
import { rootCauses } from './describe.ts';
import { type FailoverRow, failoverRows } from './failovers.ts';
import type { RecoveryReport } from './procedures.ts';
import { type ResourceRow, resourceRows } from './resources.ts';
import { badPlatformConditions, iso, outdatedJobs, resourceOf, type Snapshot } from './snapshot.ts';
import { type EventRow, eventRow, type HoldRow, holdRows, worstFirst } from './status.ts';

export interface ExplainReport {
  readonly platform: string;
  readonly ref: Ref;
  readonly at: string;
  readonly now: ResourceRow;
  readonly declared?: {
    /** Absent of the platform: it is all of the manifests. */
    readonly position?: Position;
    readonly revision: string;
    /** That the revision is from, where it is from git. */
    readonly commit?: Commit;
    /** That made this resource what it is; absent where that is the same, or not known. */
    readonly changedBy?: Commit;
    readonly inForceSince?: string;
    readonly by?: string;
  };
  readonly hold?: HoldRow;
  /** A standby stands in for it, or it for another. */
  readonly failover?: FailoverRow;
  readonly suspended?: { readonly by: string; readonly reason: string };
  /** What it waits for that is itself the first broken thing on the way. */
  readonly roots: readonly ResourceRow[];
  readonly nextTryAt?: string;
  /** Why it failed last, and what it wrote then; kept also when that container is gone. */
  readonly lastFailure?: RecoveryReport;
  /** Newest last. */
  readonly story: readonly EventRow[];
  readonly next: readonly Advice[];
}

export function explainReport(
  snapshot: Snapshot,
  ref: Ref,
  events: readonly StoredEvent[],
  lastFailure?: RecoveryReport,
  changed?: Commit,
): ExplainReport {
  const rows = resourceRows(snapshot);
  const isPlatform = ref === `Platform/${snapshot.platform}`;
  const now = isPlatform ? platformRow(snapshot, rows) : (rows.find((row) => row.ref === ref) ?? gone(ref));
  const resource = resourceOf(snapshot, ref);
  const { revision, inForce, facts } = snapshot;
  const hold = holdRows(snapshot).find((h) => h.ref === ref);
  const failover = failoverRows(snapshot).find((row) => row.ref === ref || row.to === ref);
  const broken = isPlatform ? worstOf(rows) : rootCauses(snapshot, ref);
  const roots = now.ready ? [] : broken;
  const attempts = facts.attempts[ref];
  return {
    platform: snapshot.platform,
    ref,
    at: iso(snapshot.at),
    now,
    ...((resource === undefined && !isPlatform) || revision === undefined
      ? {}
      : {
          declared: {
            ...(resource === undefined ? {} : { position: resource.position }),
            revision: revision.id,
            ...(revision.commit === undefined ? {} : { commit: revision.commit }),
            ...(changed === undefined || changed.id === revision.commit?.id ? {} : { changedBy: changed }),
            ...(inForce === undefined ? {} : { inForceSince: iso(inForce.at), by: inForce.by }),
          },
        }),
    ...(hold === undefined ? {} : { hold }),
    ...(failover === undefined ? {} : { failover }),
    ...(facts.suspended === undefined
      ? {}
      : { suspended: { by: facts.suspended.by, reason: facts.suspended.reason } }),
    roots,
    ...(attempts === undefined || attempts.notBefore <= snapshot.at || now.ready
      ? {}
      : { nextTryAt: iso(attempts.notBefore) }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    story: events.map(eventRow),
    next: adviceFor({
      row: now,
      ...(lastFailure === undefined || lastFailure.choices.length === 0 ? {} : { recovery: lastFailure.id }),
      roots,
      held: hold !== undefined,
      ...(facts.suspended === undefined ? {} : { suspended: facts.suspended.reason }),
      kept: snapshot.controller !== undefined,
      resource,
      outdated: outdatedJobs(snapshot).some((job) => job.ref === ref),
    }),
  };
}

/** The platform as one resource: its own conditions first, then how many of its resources are ready. */
function platformRow(snapshot: Snapshot, rows: readonly ResourceRow[]): ResourceRow {
  const { platform, facts } = snapshot;
  const [own] = badPlatformConditions(snapshot);
  const ready = rows.filter((row) => row.ready).length;
  const count = `${ready} of ${rows.length} resources ready`;
  const isReady = own === undefined && ready === rows.length;
  const degraded = own !== undefined || rows.some((row) => row.state === 'degraded');
  return {
    ref: `Platform/${platform}`,
    kind: 'Platform',
    name: platform,
    ready: isReady,
    held: facts.suspended !== undefined,
    state: isReady ? 'ready' : degraded ? 'degraded' : 'progressing',
    reason: own?.reason ?? (isReady ? 'AllReady' : 'NotAllReady'),
    message: own === undefined ? count : `${own.message}; ${count}`,
    ...(own === undefined ? {} : { since: iso(own.lastTransitionTime) }),
  };
}

/** What to look at first. */
function worstOf(rows: readonly ResourceRow[]): readonly ResourceRow[] {
  return rows
    .filter((row) => !row.ready)
    .sort(worstFirst)
    .slice(0, 3);
}

function gone(ref: Ref): ResourceRow {
  const [kind = '', name = ''] = ref.split('/', 2);
  return {
    ref,
    kind,
    name,
    ready: false,
    held: false,
    state: 'unknown',
    reason: 'NotDeclared',
    message: 'it is neither declared nor there',
  };
}

// Why a resource is as it is: its present condition, what stands behind it, what happened, and what to type next. Pure.

import type { Position } from '../../desired-state/diagnostic.ts';
import type { Ref } from '../../desired-state/resource.ts';
import type { StoredEvent } from '../store/store.ts';
import { type Advice, adviceFor } from './advice.ts';
import { rootCauses } from './describe.ts';
import { type ResourceRow, resourceRows } from './resources.ts';
import { iso, resourceOf, type Snapshot } from './snapshot.ts';
import { type EventRow, eventRow, type HoldRow, holdRows } from './status.ts';

export interface ExplainReport {
  readonly platform: string;
  readonly ref: Ref;
  readonly at: string;
  readonly now: ResourceRow;
  readonly declared?: {
    readonly position: Position;
    readonly revision: string;
    readonly inForceSince?: string;
    readonly by?: string;
  };
  readonly hold?: HoldRow;
  readonly suspended?: { readonly by: string; readonly reason: string };
  /** What it waits for that is itself the first broken thing on the way. */
  readonly roots: readonly ResourceRow[];
  readonly nextTryAt?: string;
  /** Newest last. */
  readonly story: readonly EventRow[];
  readonly next: readonly Advice[];
}

export function explainReport(snapshot: Snapshot, ref: Ref, events: readonly StoredEvent[]): ExplainReport {
  const now = resourceRows(snapshot).find((row) => row.ref === ref) ?? gone(ref);
  const resource = resourceOf(snapshot, ref);
  const { revision, inForce, facts } = snapshot;
  const hold = holdRows(snapshot).find((h) => h.ref === ref);
  const roots = now.ready ? [] : rootCauses(snapshot, ref);
  const attempts = facts.attempts[ref];
  return {
    platform: snapshot.platform,
    ref,
    at: iso(snapshot.at),
    now,
    ...(resource === undefined || revision === undefined
      ? {}
      : {
          declared: {
            position: resource.position,
            revision: revision.id,
            ...(inForce === undefined ? {} : { inForceSince: iso(inForce.at), by: inForce.by }),
          },
        }),
    ...(hold === undefined ? {} : { hold }),
    ...(facts.suspended === undefined
      ? {}
      : { suspended: { by: facts.suspended.by, reason: facts.suspended.reason } }),
    roots,
    ...(attempts === undefined || attempts.notBefore <= snapshot.at || now.ready
      ? {}
      : { nextTryAt: iso(attempts.notBefore) }),
    story: events.map(eventRow),
    next: adviceFor({
      row: now,
      roots,
      held: hold !== undefined,
      suspended: facts.suspended !== undefined,
      resource,
    }),
  };
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

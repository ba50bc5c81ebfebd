// Everything about one resource: how it is, what is declared, what is remembered, what last happened. Pure; what is live is
// passed in.

import type { Position } from '../../desired-state/diagnostic.ts';
import type { Ref, Resource } from '../../desired-state/resource.ts';
import { imageKey } from '../../reconcilers/image-key.ts';
import type { ObservedContainer } from '../../reconcilers/observed.ts';
import type { StoredEvent } from '../store/store.ts';
import { graphReport } from './graph.ts';
import type { RecoveryReport } from './procedures.ts';
import { type ResourceRow, type ResourceState, resourceRows } from './resources.ts';
import { iso, resourceOf, type Snapshot } from './snapshot.ts';
import { type EventRow, eventRow, type HoldRow, holdRows } from './status.ts';

export interface ConditionRow {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
  readonly since: string;
}

export interface NeedRow {
  readonly ref: Ref;
  readonly condition: 'ready' | 'started' | 'completed';
  readonly state: ResourceState;
  readonly reason: string;
}

export interface DescribeReport extends ResourceRow {
  readonly platform: string;
  readonly at: string;
  readonly conditions: readonly ConditionRow[];
  readonly needs: readonly NeedRow[];
  readonly neededBy: readonly Ref[];
  readonly hold?: HoldRow;
  readonly suspended: boolean;
  /** As resolved, without digests. Absent: it is declared no more. */
  readonly declared?: Resource;
  readonly position?: Position;
  /** The image id that its tag meant when it came in force. */
  readonly pin?: string;
  /** Manifest digest by which that image can be pulled again. */
  readonly digest?: string;
  /** Restarts within the budget's window, and when the next may come. */
  readonly attempts?: { readonly count: number; readonly notBefore: string; readonly lastFailure: string };
  readonly live?: LiveContainer;
  /** Why what is live is not shown. */
  readonly liveTrouble?: string;
  /** Why it failed last, and what it wrote then; kept also when that container is gone. */
  readonly lastFailure?: RecoveryReport;
  readonly events: readonly EventRow[];
}

export interface LiveContainer {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly health?: string;
  readonly exitCode?: number;
  readonly image: string;
  readonly imageId: string;
  readonly createdAt: string;
  readonly addresses: Readonly<Record<string, string>>;
}

export interface Live {
  readonly container?: ObservedContainer;
  readonly trouble?: string;
}

export function describeReport(
  snapshot: Snapshot,
  ref: Ref,
  live: Live,
  events: readonly StoredEvent[],
  lastFailure?: RecoveryReport,
): DescribeReport {
  const rows = new Map(resourceRows(snapshot).map((row) => [row.ref, row]));
  const row = rows.get(ref) ?? missingRow(ref);
  const resource = resourceOf(snapshot, ref);
  const { edges } = graphReport(snapshot.platform, snapshot.revision?.resources ?? [], ref);
  const attempts = snapshot.facts.attempts[ref];
  const image = resource !== undefined && 'container' in resource ? imageKey(resource) : undefined;
  const pin = image === undefined ? undefined : snapshot.facts.pins[image];
  const digest = image === undefined ? undefined : snapshot.facts.digests[image];
  const hold = holdRows(snapshot).find((h) => h.ref === ref);
  return {
    ...row,
    platform: snapshot.platform,
    at: iso(snapshot.at),
    conditions: snapshot.conditions
      .filter((c) => c.ref === ref)
      .map(({ type, status, reason, message, lastTransitionTime }) => ({
        type,
        status,
        reason,
        message,
        since: iso(lastTransitionTime),
      })),
    needs: edges
      .filter((edge) => edge.from === ref)
      .map(({ to, condition }) => {
        const need = rows.get(to) ?? missingRow(to);
        return { ref: to, condition, state: need.state, reason: need.reason };
      }),
    neededBy: edges.filter((edge) => edge.to === ref).map((edge) => edge.from),
    ...(hold === undefined ? {} : { hold }),
    suspended: snapshot.facts.suspended !== undefined,
    ...(resource === undefined ? {} : { declared: withoutDigests(resource), position: resource.position }),
    ...(pin === undefined ? {} : { pin }),
    ...(digest === undefined ? {} : { digest }),
    ...(attempts === undefined
      ? {}
      : {
          attempts: {
            count: attempts.at.length,
            notBefore: iso(attempts.notBefore),
            lastFailure: attempts.lastFailure,
          },
        }),
    ...(live.container === undefined ? {} : { live: liveContainer(live.container) }),
    ...(live.trouble === undefined ? {} : { liveTrouble: live.trouble }),
    ...(lastFailure === undefined ? {} : { lastFailure }),
    events: events.map(eventRow),
  };
}

function missingRow(ref: Ref): ResourceRow {
  const [kind = '', name = ''] = ref.split('/', 2);
  return {
    ref,
    kind,
    name,
    ready: false,
    held: false,
    state: 'unknown',
    reason: 'NotObserved',
    message: 'not looked at yet',
  };
}

/** A digest is keyed and tells nothing; leaving it out keeps it so. */
function withoutDigests<T extends Resource>(resource: T): T {
  return JSON.parse(
    JSON.stringify(resource, (key, value: unknown) => (key === 'digest' ? undefined : value)),
  );
}

function liveContainer(container: ObservedContainer): LiveContainer {
  const { id, name, state, health, exitCode, image, imageId, createdAt, networks } = container;
  return {
    id,
    name,
    state,
    ...(health === undefined ? {} : { health }),
    ...(exitCode === undefined ? {} : { exitCode }),
    image,
    imageId,
    createdAt: iso(createdAt),
    addresses: Object.fromEntries(Object.entries(networks).map(([net, { ipAddress }]) => [net, ipAddress])),
  };
}

/** The first thing that is not ready on the way down from a resource: what to mend first. */
export function rootCauses(snapshot: Snapshot, ref: Ref): readonly ResourceRow[] {
  const rows = new Map(resourceRows(snapshot).map((row) => [row.ref, row]));
  const edges = graphReport(snapshot.platform, snapshot.revision?.resources ?? [], ref).edges;
  const broken = (edge: { to: Ref }) => rows.get(edge.to)?.ready === false;
  const roots: ResourceRow[] = [];
  const seen = new Set<Ref>();
  const walk = (at: Ref): void => {
    if (seen.has(at)) return;
    seen.add(at);
    const below = edges.filter((edge) => edge.from === at && broken(edge));
    const row = rows.get(at);
    if (below.length === 0 && at !== ref && row !== undefined) roots.push(row);
    for (const edge of below) walk(edge.to);
  };
  walk(ref);
  return roots;
}

// What was in force and what was carried out, newest first.

import type { Commit } from '../../desired-state/commit.ts';
import { type Facts, noFacts } from '../../reconcilers/facts.ts';
import type { PlanRecord, RevisionRecord } from '../store/store.ts';
import { iso } from './snapshot.ts';

export interface HistoryReport {
  readonly platform: string;
  readonly revisions: readonly {
    readonly id: string;
    readonly inForceAt: string;
    readonly by: string;
    readonly sources: readonly string[];
    /** That it came in force with, where it is from git. */
    readonly commit?: Commit;
    readonly resources: number;
    /** Since when it is known to be stable. */
    readonly stableSince?: string;
    /** It failed or was rolled back from, and is not brought in again. */
    readonly quarantined?: true;
  }[];
  readonly plans: readonly PlanRow[];
}

export interface PlanRow {
  readonly id: string;
  readonly at: string;
  readonly endedAt?: string;
  readonly by: string;
  readonly revision: string;
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  readonly steps: readonly {
    readonly id: string;
    readonly ref: string;
    readonly op: string;
    readonly cause?: string;
    readonly outcome?: 'done' | 'unchanged' | 'failed';
    readonly message?: string;
  }[];
}

export function historyReport(
  platform: string,
  revisions: readonly RevisionRecord[],
  plans: readonly PlanRecord[],
  { stable, quarantined }: Pick<Facts, 'stable' | 'quarantined'> = noFacts,
): HistoryReport {
  return {
    platform,
    revisions: revisions.map((record) => ({
      id: record.id,
      inForceAt: iso(record.inForceAt),
      by: record.by,
      sources: record.sources,
      ...commitOf(record),
      resources: record.revision.resources.length,
      ...(stable[record.id] === undefined ? {} : { stableSince: iso(stable[record.id]?.at ?? 0) }),
      ...(quarantined[record.id] === undefined ? {} : { quarantined: true }),
    })),
    plans: plans.map(planRow),
  };
}

function commitOf({ revision }: RevisionRecord): { commit?: Commit } {
  const commit = revision.cameWith ?? revision.commit;
  return commit === undefined ? {} : { commit };
}

function planRow(record: PlanRecord): PlanRow {
  const causes = new Map(record.plan.steps.map((step) => [step.id, step.cause.message]));
  return {
    id: record.id,
    at: iso(record.at),
    ...(record.endedAt === undefined ? {} : { endedAt: iso(record.endedAt) }),
    by: record.by,
    revision: record.revision,
    done: record.steps.filter((s) => s.outcome === 'done' || s.outcome === 'unchanged').length,
    failed: record.steps.filter((s) => s.outcome === 'failed').length,
    total: record.steps.length,
    steps: record.steps.map(({ id, ref, op, outcome, message }) => {
      const cause = causes.get(id);
      return {
        id,
        ref,
        op,
        ...(cause === undefined ? {} : { cause }),
        ...(outcome === undefined ? {} : { outcome }),
        ...(message === undefined ? {} : { message }),
      };
    }),
  };
}

// Procedures as people see them: how each stands, what it waits for, what may be said to it, and how it came there.

import type { Outlook, ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';
import { definitionOf } from '../../reconcilers/procedures/index.ts';
import type { ProcedureRecord, Transition } from '../store/store.ts';
import { iso } from './snapshot.ts';

export interface ProcedureRow extends Omit<Outlook, 'stages' | 'details'> {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly by: string;
  readonly beganAt: string;
  readonly endedAt?: string;
  /** When time alone will move it. */
  readonly nextDeadline?: string;
}

export interface StageReport {
  readonly name: string;
  readonly refs: readonly string[];
  readonly beganAt: string;
  /** Absent: not all of it was ready, or is not yet. */
  readonly readyAt?: string;
  readonly failed: readonly string[];
  /** What was wrong with those when they were judged, by ref. */
  readonly why?: Readonly<Record<string, string>>;
}

/** What it keeps for people: a recovery's verdict, evidence and last words. */
export interface DetailReport {
  readonly name: string;
  readonly lines: readonly string[];
  readonly at?: string;
}

export interface ProcedureReport extends ProcedureRow {
  /** What has begun of it, in its order. */
  readonly stages: readonly StageReport[];
  readonly details: readonly DetailReport[];
  readonly log: readonly {
    readonly at: string;
    readonly event: string;
    readonly by?: string;
    readonly state: string;
    readonly message: string;
  }[];
}

/** The last failure of a resource, from its recovery. */
export type RecoveryReport = Omit<ProcedureReport, 'log' | 'stages'>;

export function procedureRow(
  record: ProcedureRecord,
  definitions: readonly ProcedureDefinition[],
): ProcedureRow {
  const { id, kind, by, beganAt, endedAt, machine } = record;
  const { stages: _, details: __, ...outlook } = outlookOf(record, definitions);
  const deadline = Math.min(...machine.timers.map((t) => t.at));
  return {
    id,
    kind,
    state: machine.state,
    by,
    beganAt: iso(beganAt),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
    ...outlook,
    ...(Number.isFinite(deadline) ? { nextDeadline: iso(deadline) } : {}),
  };
}

function outlookOf(record: ProcedureRecord, definitions: readonly ProcedureDefinition[]): Outlook {
  const { kind, machine } = record;
  return (
    definitionOf(definitions, record)?.outlook(machine.state, machine.context) ?? {
      message: `it began with version ${record.version} of ${kind}, which this reeve does not have; it stands still until one that has it runs`,
      done: 0,
      total: 0,
      choices: [],
    }
  );
}

export function procedureReport(
  record: ProcedureRecord,
  log: readonly Transition[],
  definitions: readonly ProcedureDefinition[],
): ProcedureReport {
  const { stages = [], details = [] } = outlookOf(record, definitions);
  return {
    ...procedureRow(record, definitions),
    stages: stages.map(({ beganAt, readyAt, starts: _, ...stage }) => ({
      ...stage,
      beganAt: iso(beganAt),
      ...(readyAt === undefined ? {} : { readyAt: iso(readyAt) }),
    })),
    details: details.map(({ at, ...detail }) => ({
      ...detail,
      ...(at === undefined ? {} : { at: iso(at) }),
    })),
    log: log.map(({ at, ...transition }) => ({ at: iso(at), ...transition })),
  };
}

// Procedures as people see them: how each stands, what it waits for, what may be said to it, and how it came there.

import type { AnyDefinition } from '../../reconcilers/procedures/definition.ts';
import type { ProcedureRecord, Transition } from '../store/store.ts';
import { iso } from './snapshot.ts';

export interface ProcedureRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly by: string;
  readonly beganAt: string;
  readonly endedAt?: string;
  readonly message: string;
  readonly done: number;
  readonly total: number;
  /** What a person may decide. */
  readonly choices: readonly string[];
  /** When time alone will move it. */
  readonly nextDeadline?: string;
}

export interface ProcedureReport extends ProcedureRow {
  readonly log: readonly {
    readonly at: string;
    readonly event: string;
    readonly by?: string;
    readonly state: string;
    readonly message: string;
  }[];
}

export function procedureRow(record: ProcedureRecord, definitions: readonly AnyDefinition[]): ProcedureRow {
  const { id, kind, by, beganAt, endedAt, machine } = record;
  const outlook = definitions
    .find((d) => d.kind === kind)
    ?.outlook(machine.state, machine.context as never) ?? {
    message: `this version of reeve does not know ${kind}`,
    done: 0,
    total: 0,
    choices: [],
  };
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

export function procedureReport(
  record: ProcedureRecord,
  log: readonly Transition[],
  definitions: readonly AnyDefinition[],
): ProcedureReport {
  return {
    ...procedureRow(record, definitions),
    log: log.map(({ at, ...transition }) => ({ at: iso(at), ...transition })),
  };
}

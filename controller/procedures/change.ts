// One transition of a procedure, before it is stored. Pure.

import { type Advance, advance } from '../../reconcilers/procedures/advance.ts';
import type { ProcedureDefinition, ProcedureEvent } from '../../reconcilers/procedures/definition.ts';
import type { ProcedureRecord } from '../store/store.ts';

export interface Change {
  /** As it is after it. */
  readonly record: ProcedureRecord;
  readonly definition: ProcedureDefinition;
  readonly next: Advance;
  readonly event: ProcedureEvent;
  /** Who said the word that `event` is, or what takes over. */
  readonly by?: string;
}

/** Undefined where the event means nothing to it. */
export function changeBy(
  event: ProcedureEvent,
  record: ProcedureRecord,
  definition: ProcedureDefinition,
  by?: string,
): Change | undefined {
  const next = advance(definition.machine, record.machine, event);
  if (next.unchanged) return undefined;
  const changed: ProcedureRecord = {
    ...record,
    machine: next.machine,
    changedAt: event.at,
    ...(next.machine.ended ? { endedAt: event.at } : {}),
  };
  return { record: changed, definition, next, event, ...(by === undefined ? {} : { by }) };
}

// Procedures out of the store, for all that show them.

import type { Ref } from '../../desired-state/resource.ts';
import { definitionOf, definitions } from '../../reconcilers/procedures/index.ts';
import { recovery } from '../../reconcilers/recovery/definition.ts';
import { rollback } from '../../reconcilers/rollback/definition.ts';
import { rollout } from '../../reconcilers/rollout/definition.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import {
  type ProcedureReport,
  type ProcedureRow,
  procedureReport,
  procedureRow,
  type RecoveryReport,
} from '../reports/procedures.ts';
import type { StoreReader } from '../store/sql-store.ts';

type Reader = Pick<StoreReader, 'procedures' | 'transitions'>;

/** Of the newest: nobody reads more of them. */
const mostShown = 1_000;

/** Newest first: those under way and the last that ended. */
export async function listProcedures(store: Reader, limit = 20): Promise<readonly ProcedureRow[]> {
  return (await store.procedures({ limit })).map((record) => procedureRow(record, definitions));
}

/** @throws the user's error where there is none of that id. */
export async function readProcedure(store: Reader, id: string): Promise<ProcedureReport> {
  const [record] = await store.procedures({ id, limit: 1 });
  if (record === undefined) {
    throw new ReeveError(`there is no procedure ${id}`, {
      status: exitStatus.usage,
      hint: 'reeve procedures lists them',
    });
  }
  return procedureReport(record, await store.transitions(id), definitions);
}

/** Those under way that wait for a person's word. */
export async function awaitingWord(store: Pick<Reader, 'procedures'>): Promise<readonly ProcedureRow[]> {
  const running = await store.procedures({ running: true, limit: mostShown });
  return running.map((record) => procedureRow(record, definitions)).filter((row) => row.choices.length > 0);
}

/** The rollout or rollback under way that waits for nobody: there is one at most. */
export async function comingIn(store: Pick<Reader, 'procedures'>): Promise<ProcedureRow | undefined> {
  const running = await store.procedures({ running: true, limit: mostShown });
  const rows = running.map((record) => procedureRow(record, definitions));
  return rows.find(
    ({ kind, choices }) => (kind === rollout.kind || kind === rollback.kind) && choices.length === 0,
  );
}

/** What is kept of the last failure of a resource: its newest recovery, under way or ended. */
export async function lastRecovery(
  store: Pick<Reader, 'procedures'>,
  ref: Ref,
): Promise<RecoveryReport | undefined> {
  const all = await store.procedures({ limit: mostShown });
  const record = all.find(
    (r) =>
      r.kind === recovery.kind &&
      definitionOf(definitions, r)?.refs(r.machine.context).includes(ref) === true,
  );
  if (record === undefined) return undefined;
  const { log: _, stages: __, ...report } = procedureReport(record, [], definitions);
  return report;
}

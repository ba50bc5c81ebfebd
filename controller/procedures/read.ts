// Procedures out of the store, for all that show them.

import { definitions } from '../../reconcilers/procedures/index.ts';
import { exitStatus, ReeveError } from '../errors.ts';
import {
  type ProcedureReport,
  type ProcedureRow,
  procedureReport,
  procedureRow,
} from '../reports/procedures.ts';
import type { StoreReader } from '../store/sql-store.ts';

type Reader = Pick<StoreReader, 'procedures' | 'transitions'>;

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

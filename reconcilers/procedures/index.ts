// All procedures that this reeve ships, each with the versions of its machine that may still be under way somewhere.

import { batchedRestart } from '../batched-restart/definition.ts';
import { completeRecovery } from '../complete-recovery/definition.ts';
import { recovery, recovery1, recovery2 } from '../recovery/definition.ts';
import { rollback, rollback1 } from '../rollback/definition.ts';
import { rollout, rollout1 } from '../rollout/definition.ts';
import type { ProcedureDefinition } from './definition.ts';

export const definitions: readonly ProcedureDefinition[] = [
  batchedRestart,
  completeRecovery,
  recovery,
  recovery1,
  recovery2,
  rollout1,
  rollout,
  rollback1,
  rollback,
];

/** The one that a stored procedure began with; undefined where this reeve does not ship it (any more, or yet). */
export function definitionOf(
  all: readonly ProcedureDefinition[],
  { kind, version }: { readonly kind: string; readonly version: number },
): ProcedureDefinition | undefined {
  return all.find((d) => d.kind === kind && d.version === version);
}

/** The one that a new procedure begins with. @throws where there is none of that kind: our own mistake. */
export function newestOf(all: readonly ProcedureDefinition[], kind: string): ProcedureDefinition {
  const [newest] = all.filter((d) => d.kind === kind).sort((a, b) => b.version - a.version);
  if (newest === undefined) throw new Error(`there is no procedure ${kind}`);
  return newest;
}

// What a rollout finds down: where it takes the place of batched restarts, and what recoveries go along with.

import type { Ref } from '../../desired-state/resource.ts';
import { batchedRestart } from '../../reconcilers/batched-restart/definition.ts';
import type { BatchedRestartContext } from '../../reconcilers/batched-restart/machine.ts';
import { missingOf } from '../../reconcilers/procedures/batch-walk.ts';
import type { RecoveryContext } from '../../reconcilers/recovery/context.ts';
import { recovery } from '../../reconcilers/recovery/definition.ts';
import type { ProcedureRecord } from '../store/store.ts';

/** Of the batches under way of those that have some of `refs`, what is not ready. */
export function restarting(running: readonly ProcedureRecord[], refs: readonly Ref[]): readonly Ref[] {
  return running
    .filter(({ kind }) => kind === batchedRestart.kind)
    .map(({ machine }) => machine.context as BatchedRestartContext)
    .filter((context) => batchedRestart.refs(context).some((ref) => refs.includes(ref)))
    .flatMap(missingOf);
}

/** Those that a recovery goes along with. */
export function recovering(running: readonly ProcedureRecord[]): ReadonlySet<Ref> {
  const recoveries = running.filter(({ kind }) => kind === recovery.kind);
  return new Set(recoveries.map(({ machine }) => (machine.context as RecoveryContext).ref));
}

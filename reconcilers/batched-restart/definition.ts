// Batched restart as the runner drives it: what it looks at, what its effects ask for, how it reads.

import type { Ref } from '../../desired-state/resource.ts';
import { isReadyOrLeft, lookAtBatch, membersOf, openFailures, stagesOf } from '../procedures/batch-walk.ts';
import type { Asked, Outlook, ProcedureDefinition, Sight } from '../procedures/definition.ts';
import { settlingWords, tellingOf } from '../procedures/telling.ts';
import { type BatchedRestartContext, machine } from './machine.ts';

export const batchedRestart: ProcedureDefinition<BatchedRestartContext> = {
  kind: 'batched-restart',
  version: 1,
  rank: 2,
  machine,
  refs: ({ batches }) => batches.flatMap((b) => b.refs),
  see: (state, context, sight) =>
    state === 'restarting' || state === 'settling' ? lookAtBatch(context, sight, isRestarted) : undefined,
  asks: (effect): Asked => {
    const refs = (effect.params['refs'] ?? []) as readonly Ref[];
    switch (effect.type) {
      case 'askRestart':
        return { restarts: refs };
      case 'withdraw':
        return { withdrawn: refs };
      default:
        return { tellings: tellingOf(effect) };
    }
  },
  outlook,
};

/** Asked for, done, and ready since. */
function isRestarted(ref: Ref, sight: Sight): boolean {
  // Its restart may have ended since the look began: what that shows is the container before it.
  if (sight.busy?.has(ref)) return false;
  const isAsked = sight.facts.restarts[ref] !== undefined && sight.facts.holds[ref] === undefined;
  return !isAsked && isReadyOrLeft(ref, sight);
}

function outlook(state: string, context: BatchedRestartContext): Outlook {
  const { batches, index, ready, failed, pauseAsked } = context;
  const then = pauseAsked ? '; pauses after it' : '';
  const total = batches.length;
  const where = `batch ${Math.min(index + 1, total)} of ${total} (${batches[index]?.tier ?? 'none'})`;
  const waiting = membersOf(context).filter((ref) => !ready.includes(ref));
  const words: Readonly<Record<string, string>> = {
    restarting: `${where}: waits until ready: ${waiting.join(', ')}${then}`,
    settling: `${where}: ${settlingWords(waiting)}; settles for ${context.settleMs / 1_000} s${then}`,
    paused: `paused before batch ${index + 2} of ${total}`,
    deciding: `${where}: ${openFailures(context).join(', ')} did not get ready; waits for a decision`,
    aborted: `aborted at ${where}`,
    done: failed.length === 0 ? 'all restarted and ready' : `restarted; not ready: ${failed.join(', ')}`,
  };
  return {
    message: words[state] ?? state,
    done: state === 'done' ? total : index,
    total,
    choices: state === 'deciding' ? ['continue', 'retry', 'abort'] : [],
    stages: stagesOf(context),
  };
}

// Batched restart as the runner drives it: what it looks at, what its effects ask for, how it reads.

import type { Ref } from '../../desired-state/resource.ts';
import type { Asked, Outlook, ProcedureDefinition, Sight, Stage } from '../procedures/definition.ts';
import { type BatchedRestartContext, machine } from './machine.ts';

export const batchedRestart: ProcedureDefinition<BatchedRestartContext> = {
  kind: 'batched-restart',
  version: 1,
  rank: 2,
  machine,
  refs: ({ batches }) => batches.flatMap((b) => b.refs),
  see: (state, context, sight) => {
    if (state !== 'restarting') return undefined;
    const ready = membersOf(context).filter((ref) => isRestarted(ref, sight));
    const isNews = ready.length !== context.ready.length || ready.some((ref) => !context.ready.includes(ref));
    return isNews ? { type: 'seen', at: sight.at, ready } : undefined;
  },
  asks: ({ type, params }): Asked => {
    const refs = (params['refs'] ?? []) as readonly Ref[];
    const told = params as { reason: string; message: string; warning?: boolean };
    return {
      restarts: type === 'askRestart' ? refs : [],
      withdrawn: type === 'withdraw' ? refs : [],
      tellings:
        type === 'tell'
          ? [
              {
                type: told.warning === true ? 'Warning' : 'Normal',
                reason: told.reason,
                message: told.message,
              },
            ]
          : [],
    };
  },
  outlook,
};

const membersOf = (c: BatchedRestartContext): readonly Ref[] => c.batches[c.index]?.refs ?? [];

/** Asked for, done, and ready since. A person's hold is respected: what is held is not waited for. */
function isRestarted(ref: Ref, { statuses, facts }: Sight): boolean {
  if (facts.holds[ref] !== undefined) return true;
  if (facts.restarts[ref] !== undefined) return false;
  const status = statuses.find((s) => s.ref === ref);
  return status?.conditions.some((c) => c.type === 'Ready' && c.status) === true;
}

function outlook(state: string, context: BatchedRestartContext): Outlook {
  const { batches, index, ready, failed, accepted, pauseAsked } = context;
  const then = pauseAsked ? '; pauses after it' : '';
  const total = batches.length;
  const where = `batch ${Math.min(index + 1, total)} of ${total} (${batches[index]?.tier ?? 'none'})`;
  const waiting = membersOf(context).filter((ref) => !ready.includes(ref));
  const words: Readonly<Record<string, string>> = {
    restarting: `${where}: waits until ready: ${waiting.join(', ')}${then}`,
    settling: `${where}: all ready; settles for ${context.settleMs / 1_000} s${then}`,
    paused: `paused before batch ${index + 2} of ${total}`,
    deciding: `${where}: ${failed.slice(accepted).join(', ')} did not get ready; waits for a decision`,
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

function stagesOf({ batches, reports, failed }: BatchedRestartContext): readonly Stage[] {
  return reports.flatMap(({ askedAt, readyAt }, i): Stage[] => {
    const batch = batches[i];
    if (batch === undefined) return [];
    return [
      {
        name: `${i + 1} ${batch.tier}`,
        refs: batch.refs,
        beganAt: askedAt,
        ...(readyAt === undefined ? {} : { readyAt }),
        failed: batch.refs.filter((ref) => failed.includes(ref)),
      },
    ];
  });
}

// Carries out an apply or a down: progress while it runs, the outcome at its end, the exit status that goes with it.

import type { ApplyOutcome, Progress } from '../control.ts';
import { exitStatus } from '../errors.ts';
import type { Context } from './context.ts';
import { followerOf } from './follow.ts';
import { onInterrupt } from './interrupt.ts';
import type { OutputFlags, PlatformFlags } from './options.ts';
import { print } from './print.ts';
import { downOutcomeView, outcomeView } from './views/outcome.ts';

/** `down` tells what is gone instead of what is ready; `leaving` is said on the first Ctrl-C. */
export async function carry(
  context: Context,
  flags: PlatformFlags & OutputFlags,
  what: { readonly down: boolean; readonly leaving: string },
  work: (progress: (p: Progress) => void, signal: AbortSignal) => Promise<ApplyOutcome>,
): Promise<void> {
  const follower = flags.output === 'json' ? undefined : await followerOf(context, what);
  const interrupt = onInterrupt(context, what.leaving);
  try {
    const outcome = await work((p) => follower?.progress(p), interrupt);
    follower?.stop();
    print(context, flags, outcome, what.down ? downOutcomeView : outcomeView);
    context.exit(statusOf(outcome));
  } finally {
    follower?.stop();
  }
}

function statusOf(outcome: ApplyOutcome): 0 | 1 | 73 {
  if (outcome.blocked !== undefined) return exitStatus.blocked;
  return outcome.ok ? exitStatus.done : exitStatus.failed;
}

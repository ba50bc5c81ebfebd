// A machine's `tell` as an event of the platform, and what procedures of batches say alike.

import type { Ref } from '../../desired-state/resource.ts';
import type { Effect, Telling } from './definition.ts';

/** What a `tell` tells; nothing of any other effect. */
export function tellingOf({ type, params }: Effect): readonly Telling[] {
  if (type !== 'tell') return [];
  const { reason, message, warning, choices } = params as {
    readonly reason: string;
    readonly message: string;
    readonly warning?: boolean;
    readonly choices?: readonly string[];
  };
  const isWarning = warning === true;
  const answers = choices === undefined ? {} : { choices };
  return [{ type: isWarning ? 'Warning' : 'Normal', reason, message, ...answers }];
}

/** How a batch is that is watched: `waiting` are those of it that are not ready now. */
export function settlingWords(waiting: readonly Ref[]): string {
  return waiting.length === 0 ? 'all ready' : `not ready any more: ${waiting.join(', ')}`;
}

/** A person's word that is asked of a procedure. */
interface Word {
  readonly by: string;
}

export const pauseTold = ({ by }: Word) => ({
  reason: 'PauseAsked',
  message: `paused by ${by} before the next batch`,
});

export const abortTold = ({ by }: Word) => ({
  reason: 'ProcedureAborted',
  message: `aborted by ${by}`,
  warning: true,
});

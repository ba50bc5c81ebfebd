// What the commits of the followed ref must come from: what is in force. A commit beside their history (pinned by a person, or
// gone back to) is no part of it; for as long as that is in force, they must come from what was before it.

import type { Repository } from './repository.ts';

export interface Base {
  readonly id: string;
  /** It was in force before a commit beside the followed ones. */
  readonly isLeft: boolean;
}

/** undefined: nothing was ever in force. */
export async function baseOf(repository: Repository): Promise<Base | undefined> {
  const left = await repository.marked('left');
  const id = left ?? (await repository.marked('in-force'));
  return id === undefined ? undefined : { id, isLeft: left !== undefined };
}

/** A person takes the followed ref as it was rewritten to. */
export async function acceptAsBase(repository: Repository, id: string): Promise<void> {
  if ((await repository.marked('left')) !== undefined) await repository.mark('left', id);
}

/**
 * Another ref is followed from `id` on. Where what is in force is no part of its history, its commits must come from `id`, also
 * if that never comes in force itself.
 */
export async function noteOtherRef(repository: Repository, id: string): Promise<void> {
  const inForce = await repository.marked('in-force');
  if (inForce === undefined) return;
  const isPart = inForce === id || (await repository.commitsSince(inForce, id)) !== undefined;
  if (!isPart) await repository.mark('left', id);
  else if ((await repository.marked('left')) !== undefined) await repository.unmark('left');
}

/** A commit comes in force; the one before it still has that mark. */
export async function markInForce(repository: Repository, id: string): Promise<void> {
  const [followed, left, before] = [
    await repository.marked('followed'),
    await repository.marked('left'),
    await repository.marked('in-force'),
  ];
  const isBeside =
    followed !== undefined && id !== followed && (await repository.commitsSince(id, followed)) === undefined;
  // Before the other mark: killed between the two, the next one must not take what is beside for what is followed.
  if (isBeside && left === undefined) await repository.mark('left', before ?? followed);
  await repository.mark('in-force', id);
  if (!isBeside && left !== undefined) await repository.unmark('left');
}

// Whether the engine's host is short of memory, as a condition of the platform. Pure: what is available is given. A peak is no
// news: it takes two looks in a row to turn.

import type { Condition } from './condition.ts';
import { mebibytes } from './procedures/freeing.ts';

export interface MemoryLook {
  /** Absent: nobody can say (the engine is on another machine). */
  readonly availableBytes?: number;
  readonly minBytes: number;
}

type Reason = 'MemoryLow' | 'MemoryEnough' | 'MemoryUnknown';

/** How it is to stand after `look` and the one `before`; undefined: as it does. `reason`: of how it stands. */
export function memoryCondition(
  look: MemoryLook,
  before: MemoryLook | undefined,
  reason: string | undefined,
): (Condition & { readonly reason: Reason }) | undefined {
  const now = reasonOf(look);
  const isTwice = before !== undefined && reasonOf(before) === now;
  if (now === reason || (!isTwice && now !== 'MemoryUnknown')) return undefined;
  return { type: 'MemoryLow', status: now === 'MemoryLow', reason: now, message: messages[now](look) };
}

function reasonOf({ availableBytes, minBytes }: MemoryLook): Reason {
  if (availableBytes === undefined) return 'MemoryUnknown';
  return availableBytes < minBytes ? 'MemoryLow' : 'MemoryEnough';
}

const messages: Readonly<Record<Reason, (look: MemoryLook) => string>> = {
  MemoryLow: (look) =>
    `${mebibytes(look.availableBytes ?? 0)} of memory are available on the engine's host, less than ${mebibytes(look.minBytes)} (policy.host.minMemory)`,
  MemoryEnough: (look) =>
    `${mebibytes(look.availableBytes ?? 0)} of memory are available on the engine's host, at least ${mebibytes(look.minBytes)} (policy.host.minMemory)`,
  MemoryUnknown: () => 'the engine is on another machine: how much memory it has available is not known',
};

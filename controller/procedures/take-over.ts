// Whose resources a procedure takes over as it begins: at most one has each. Pure.

import type { Ref } from '../../desired-state/resource.ts';
import type { ProcedureDefinition } from '../../reconcilers/procedures/definition.ts';
import type { ProcedureRecord } from '../store/store.ts';
import { taken } from './refusals.ts';

interface Claim {
  readonly rank: number;
  readonly refs: readonly Ref[];
  /** Id of one that it takes the place of, however wide that is. */
  readonly instead: string | undefined;
}

interface Other {
  readonly running: ProcedureRecord;
  readonly definition: ProcedureDefinition;
}

/**
 * Those that end for it: the narrower ones that have one of its resources, and the one whose place it takes.
 * @throws where one that is as wide or wider has one of its resources: refused before the first ends, so who is told no finds
 * everything as it was.
 */
export function takenOver(
  { rank, refs, instead }: Claim,
  others: readonly Other[],
): readonly ProcedureRecord[] {
  const met = others
    .map(({ running, definition }) => {
      const has = new Set(definition.refs(running.machine.context));
      return { running, rank: definition.rank, shared: refs.filter((ref) => has.has(ref)) };
    })
    .filter(({ shared, running }) => shared.length > 0 || running.id === instead);
  const stronger = met.find((other) => other.rank >= rank && other.running.id !== instead);
  if (stronger !== undefined) throw taken(stronger.running, stronger.shared);
  return met.map(({ running }) => running);
}

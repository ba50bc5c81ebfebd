// Complete recovery as the runner drives it: what it looks at in each state, and what its effects ask for.

import type { Ref } from '../../desired-state/resource.ts';
import { isReadyOrLeft, lookAtBatch, membersOf, whyNot } from '../procedures/batch-walk.ts';
import type { Batch } from '../procedures/batches.ts';
import type { Asked, ProcedureDefinition, ProcedureEvent, Sight } from '../procedures/definition.ts';
import { statusIn } from '../procedures/status-in.ts';
import { tellingOf } from '../procedures/telling.ts';
import { batchName, nextFreeing, partsOf, type RecoveryContext } from './context.ts';
import { machine } from './machine.ts';
import { outlook } from './words.ts';

export const completeRecovery: ProcedureDefinition<RecoveryContext> = {
  kind: 'complete-recovery',
  version: 1,
  // It takes over from all others.
  rank: 5,
  machine,
  refs: (context) => [...partsOf(context), ...context.kept],
  see,
  asks: (effect): Asked => {
    switch (effect.type) {
      case 'reserve':
        return { parked: turnsOf(effect.params['batches'] as readonly Batch[], { mayRun: true }) };
      case 'park':
        return { parked: turnsOf(effect.params['batches'] as readonly Batch[], {}) };
      case 'release':
        return { released: effect.params['refs'] as readonly Ref[] };
      default:
        return { tellings: tellingOf(effect) };
    }
  },
  looksAtRoom: (state) => state === 'assessing',
  work: (state, context) => (state === 'freeing' ? nextFreeing(context) : undefined),
  outlook,
};

function turnsOf(batches: readonly Batch[], how: { readonly mayRun?: true }): NonNullable<Asked['parked']> {
  return batches.flatMap(({ refs }, i) =>
    refs.map((ref) => ({ ref, until: batchName(i, batches.length), ...how })),
  );
}

function see(state: string, context: RecoveryContext, sight: Sight): ProcedureEvent | undefined {
  const { at } = sight;
  switch (state) {
    // That there is a sight at all says that the engine answers.
    case 'assessing':
      return { type: 'assessed', at, room: sight.room ?? {} };
    case 'stopping': {
      const up = partsOf(context).filter((ref) => isUp(ref, sight));
      return isSame(up, context.up) ? undefined : { type: 'stopped', at, up };
    }
    case 'starting':
    case 'settling':
      return lookAtBatch(context, sight, isBroughtUp);
    // Whatever it shows.
    case 'confirming': {
      const ready = membersOf(context).filter((ref) => isBroughtUp(ref, sight));
      const missing = membersOf(context).filter((ref) => !ready.includes(ref));
      return { type: 'seen', at, ready, why: whyNot(missing, sight) };
    }
    case 'gating': {
      const needed = [...context.core, ...prerequisitesOf(sight)];
      const unready = unreadyOf(needed, sight).filter((ref) => !context.failed.includes(ref));
      return isSame(unready, context.unready) ? undefined : { type: 'gated', at, unready };
    }
    case 'verifying': {
      const all = [...context.core, ...partsOf(context), ...context.kept, ...prerequisitesOf(sight)];
      const unready = unreadyOf([...new Set(all)], sight);
      return isSame(unready, context.unready) ? undefined : { type: 'gated', at, unready };
    }
    default:
      return undefined;
  }
}

/** A look that knows of its turn says that it awaits it; one from before does not, and counts as up. */
function isUp(ref: Ref, { statuses, facts }: Sight): boolean {
  if (facts.holds[ref] !== undefined) return false;
  const status = statusIn(statuses, ref);
  return status !== undefined && !status.conditions.some((c) => c.status && c.reason === 'AwaitsTurn');
}

function isBroughtUp(ref: Ref, sight: Sight): boolean {
  return sight.facts.turns[ref] === undefined && isReadyOrLeft(ref, sight);
}

const unreadyOf = (refs: readonly Ref[], sight: Sight): readonly Ref[] =>
  refs.filter((ref) => !isReadyOrLeft(ref, sight));

/** The networks and volumes of the platform. */
function prerequisitesOf({ statuses }: Sight): readonly Ref[] {
  return statuses.map((s) => s.ref).filter((ref) => ref.startsWith('Network/') || ref.startsWith('Volume/'));
}

function isSame(a: readonly Ref[], b: readonly Ref[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((ref, i) => ref === b[i]);
}

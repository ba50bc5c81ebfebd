// Rollout as the runner drives it: what it looks at, what its effects ask for; rollback is the same but for its machine.

import type { AnyStateMachine } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { Asked, ProcedureDefinition } from '../procedures/definition.ts';
import { tellingOf } from '../procedures/telling.ts';
import { type Kind, type RolloutContext, waveName } from './context.ts';
import { see } from './look.ts';
import { machine, makeMachine } from './machine.ts';
import { measuring, preparation, pulling } from './notes.ts';
import { outlook } from './words.ts';

/** Of a rollout, or of a rollback: what one sees and asks for the other does too. */
export function walkDefinition(
  kind: Kind,
  rank: number,
  machine: AnyStateMachine,
  version = 2,
): ProcedureDefinition<RolloutContext> {
  return {
    kind,
    version,
    rank,
    machine,
    // What is told of it has the revision in it.
    quiet: true,
    refs: ({ waves }) => waves.flatMap((w) => w.refs),
    see,
    asks: (effect): Asked => {
      if (effect.type === 'park')
        return { parked: turnsOf(effect.params['waves'] as RolloutContext['waves']) };
      if (effect.type === 'release') return { released: effect.params['refs'] as readonly Ref[] };
      if (effect.type === 'tryAgain') return { retried: effect.params['refs'] as readonly Ref[] };
      if (effect.type !== 'quarantine') return { tellings: tellingOf(effect) };
      const { revision, to, why, images } = effect.params as unknown as {
        readonly revision: string;
        readonly to: string;
        readonly why: string;
        readonly images: RolloutContext['images'];
      };
      return { quarantined: { revision, to, why }, images };
    },
    work: (state, context) => {
      if (state === 'pulling') return pulling(context);
      if (state === 'measuring') return measuring(context);
      return state === 'checking' ? preparation(kind, context) : undefined;
    },
    outlook: (state, context) => outlook(kind, state, context),
  };
}

function turnsOf(waves: RolloutContext['waves']): NonNullable<Asked['parked']> {
  return waves.flatMap(({ refs }, index) => refs.map((ref) => ({ ref, until: waveName({ waves, index }) })));
}

export const rollout = walkDefinition('rollout', 3, machine);
export const rollout1 = walkDefinition('rollout', 3, makeMachine('rollout', 1), 1);

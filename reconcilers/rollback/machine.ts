// Goes back to an older revision, by a rollout's own walk: first it asks whether what is there fits that revision, and it
// never goes back itself.

import { makeMachine } from '../rollout/machine.ts';

export const machine = makeMachine('rollback');

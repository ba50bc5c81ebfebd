// Rollback as the runner drives it.

import { walkDefinition } from '../rollout/definition.ts';
import { makeMachine } from '../rollout/machine.ts';
import { machine } from './machine.ts';

export const rollback = walkDefinition('rollback', 4, machine);
export const rollback1 = walkDefinition('rollback', 4, makeMachine('rollback', 1), 1);

// Rollback as the runner drives it.

import { walkDefinition } from '../rollout/definition.ts';
import { machine } from './machine.ts';

export const rollback = walkDefinition('rollback', 4, machine);

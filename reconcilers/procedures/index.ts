// All procedures that this reeve ships, each with the versions of its machine that may still be under way somewhere.

import { batchedRestart } from '../batched-restart/definition.ts';
import type { AnyDefinition } from './definition.ts';

export const definitions: readonly AnyDefinition[] = [batchedRestart];

// What a rule is: what it is called, when it holds, what is done, how bad it is.

import type { Situation } from './situation.ts';

export type Act =
  | 'none'
  | 'create'
  | 'start'
  | 'stop'
  | 'restart'
  | 'refresh'
  | 'unpause'
  | 'rename'
  | 'renameAside'
  | 'recreate'
  | 'build'
  | 'update'
  | 'connect'
  | 'removeDead'
  | 'removeLeftovers'
  | 'finishReplacement'
  | 'discardSuccessor'
  | 'resumeReplacement'
  | 'restorePredecessor'
  | 'discardBeside'
  | 'yield'
  | 'giveNames'
  | 'takeNames';

/** How bad it is, for the conditions. `fine` takes Ready from what was seen of the container. */
export type Level = 'fine' | 'progressing' | 'degraded';

export interface Rule {
  readonly category: string;
  readonly when: (s: Situation) => boolean;
  readonly act: Act;
  readonly level: Level;
}

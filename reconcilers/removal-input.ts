// What deciding on removals and ordering them both work from.

import type { Ref } from '../desired-state/resource.ts';
import type { Revision } from '../desired-state/revision.ts';
import type { World } from './world.ts';

export interface RemovalInput {
  readonly world: World;
  readonly mode: 'apply' | 'keep' | 'down';
  /** With steps in flight, or whose removal failed a moment ago. */
  readonly untouchable: ReadonlySet<Ref>;
  readonly allowDelete: boolean;
  readonly removeVolumes: boolean;
  readonly previous: Revision | undefined;
  /** `apply NAME…` removes nothing. */
  readonly partial: boolean;
}

/** Plain order of names. */
export function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// What a pass is asked, and what it leaves.

import type { SecretValues } from '../../desired-state/load-types.ts';
import type { Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { ImageAsks } from '../../reconcilers/images.ts';
import type { ObservedState } from '../../reconcilers/observed.ts';
import type { Notice, Plan, Step } from '../../reconcilers/plan.ts';
import type { StoredCondition } from '../store/store.ts';

export interface Target {
  readonly revision: Revision;
  readonly secrets: SecretValues;
  readonly previous?: Revision;
  /** The secrets are another load's: those of this revision, where they are known, go before them. */
  readonly borrowed?: true;
  /** A rollout or a rollback is under way, and this is what it aims at: its `Aim.key`. */
  readonly rolling?: string;
  /** Said with every plan: limits that were taken down to the host's. */
  readonly notices?: readonly Notice[];
}

export interface PassOptions {
  readonly mode: 'apply' | 'keep' | 'down';
  readonly names: readonly string[];
  readonly allowDelete: boolean;
  readonly removeVolumes: boolean;
  /** Plan with what the image tags mean now, instead of what they meant when they came in force. */
  readonly updateImages?: boolean;
  /** What is taken from registries or built anew. */
  readonly images?: ImageAsks;
  /** A person asks: what failed a moment ago is planned all the same. */
  readonly newTry?: boolean;
}

export interface PassResult {
  readonly plan: Plan;
  readonly observed: ObservedState;
  /** Steps handed to the executor in this pass. */
  readonly dispatched: readonly Step[];
  /** Resources with steps in flight when it looked: for them it planned nothing, whatever there is to do. */
  readonly busy: ReadonlySet<Ref>;
  /** Conditions that have another status or reason than before. */
  readonly turned: readonly StoredCondition[];
}

export interface Look {
  readonly plan: Plan;
  readonly observed: ObservedState;
  /** Resources with steps in flight when the look began: what is seen of them may be old. */
  readonly busy: ReadonlySet<Ref>;
}

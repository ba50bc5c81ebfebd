// What a recovery remembers: plain JSON, stored with each of its states.

import type { Ref } from '../../desired-state/resource.ts';
import type { Evidence, Failure } from './evidence.ts';
import type { Verdict } from './verdict.ts';

interface Settings {
  /** It must stay ready for so long. */
  readonly settleMs: number;
  /** How long it may take to be ready after a restart: the policy's, or its own start period if that is longer. */
  readonly verifyMs: number;
  /** How long the loop waits between tries where none can help. */
  readonly slowMs: number;
}

export interface RecoveryContext extends Settings {
  readonly ref: Ref;
  /** What must be ready before it can be. */
  readonly needs: readonly Ref[];
  readonly beganAt: number;
  /** The last one. */
  readonly failure: Failure;
  /** When it failed, the last times; epoch ms. */
  readonly times: readonly number[];
  readonly failures: number;
  /** Of the last failure; kept when its container is gone. */
  readonly evidence?: Evidence;
  readonly verdict?: Verdict;
  /** The loop's last try that is known. */
  readonly triedAt?: number;
  /** How often a person was told. */
  readonly escalations: number;
}

export type RecoveryInput = Settings & Pick<RecoveryContext, 'ref' | 'needs' | 'failure'>;

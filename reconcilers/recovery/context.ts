// What a recovery remembers: plain JSON, stored with each of its states.

import type { Failover, Ref } from '../../desired-state/resource.ts';
import type { HostRoom } from '../procedures/definition.ts';
import type { Freed } from '../procedures/freeing.ts';
import type { Evidence, Failure } from './evidence.ts';
import type { Verdict } from './verdict.ts';

interface Settings {
  /** It must stay ready for so long. */
  readonly settleMs: number;
  /** How long it may take to be ready after a restart: the policy's, or its own start period if that is longer. */
  readonly verifyMs: number;
  /** How long the loop waits between tries where none can help. */
  readonly slowMs: number;
  /** With more of the engine's disk in use that is freed, where a full disk is why it fails; absent in what began before. */
  readonly diskPercent?: number;
}

export interface Standby extends Pick<Failover, 'to' | 'alias' | 'network'> {
  /** How long the standby may take to be ready. */
  readonly startMs: number;
  /** How long it may take until the alias is where it is to be and somebody answers there. */
  readonly checkMs: number;
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
  /** What was freed of the engine's disk, source by source; each once until a person has it tried anew. */
  readonly freed?: readonly Freed[] | undefined;
  /** The disk after that; absent: not known. */
  readonly disk?: HostRoom['disk'];
  /** How often a person was told. */
  readonly escalations: number;
  /** What can stand in for it, where something can. */
  readonly failover?: Standby;
  /** Since when the alias is the standby's, or on its way there; epoch ms. */
  readonly failedOverAt?: number | undefined;
  /** Why the standby could not help; absent: it was not tried, or may help now. */
  readonly failoverTrouble?: string | undefined;
  /** The standby has had its time twice. */
  readonly prolonged?: boolean | undefined;
  /** What was wrong with the alias when its time was over. */
  readonly silence?: string | undefined;
  /** How often it was looked where the alias is: numbers the looks. */
  readonly looks?: number;
}

export type RecoveryInput = Settings &
  Pick<RecoveryContext, 'ref' | 'needs' | 'failure' | 'failover' | 'failedOverAt'>;

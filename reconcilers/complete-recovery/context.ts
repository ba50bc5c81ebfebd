// What a complete recovery knows while it is under way, and the events that move it. All of it JSON.

import type { Ref } from '../../desired-state/resource.ts';
import type { BatchReport, BatchWalk, Seen } from '../procedures/batch-walk.ts';
import type { FreeDisk, HostRoom } from '../procedures/definition.ts';
import { type Freed, nextFreeing as nextOf } from '../procedures/freeing.ts';
import type { EngineNews } from './engine.ts';

export interface Settings {
  /** How long a ready batch of tier standard is watched before the next. */
  readonly settleMs: number;
  /** How long a batch, or a gate, may take to be ready. */
  readonly timeoutMs: number;
  /** How long all may take to be down, their grace periods included. */
  readonly stopTimeoutMs: number;
  /** Above so much of the disk in use it stops for a decision. */
  readonly diskPercent: number;
  /** With less memory available it warns. */
  readonly memoryBytes: number;
}

/** What a person is asked. */
export type Question = 'disk' | 'stop' | 'batch' | 'gate';

export interface RecoveryContext extends BatchWalk, Settings {
  readonly by: string;
  readonly beganAt: number;
  /** Left running: healthy, or a job that is done. */
  readonly kept: readonly Ref[];
  /** All of tiers core and critical. */
  readonly core: readonly Ref[];
  /** What was freed of the disk, source by source. */
  readonly freed: readonly Freed[];
  /** How often a person has asked to look again. */
  readonly looks: number;
  /** Of the host, as last assessed. */
  readonly room?: HostRoom;
  /** To be stopped and not down yet; absent: not looked at yet. */
  readonly up?: readonly Ref[] | undefined;
  /** What a gate waits for; absent: not looked at yet. */
  readonly unready?: readonly Ref[] | undefined;
  /** Core and critical ones are ready, or a person has said to go on. */
  readonly gatePassed: boolean;
  /** Asked last. */
  readonly question?: Question;
  /** Of an engine that does not answer; absent: it answers. */
  readonly engine?: Exclude<EngineNews, { readonly is: 'back' }> | undefined;
  readonly stopReport?: BatchReport;
  readonly gateReport?: BatchReport;
}

export type RecoveryInput = Pick<
  RecoveryContext,
  'by' | 'batches' | 'kept' | 'core' | 'maxFailures' | 'adaptive' | keyof Settings
>;

interface Said {
  readonly at: number;
  readonly by: string;
}

export type RecoveryEvent =
  | Seen
  | { readonly type: 'assessed'; readonly at: number; readonly room: HostRoom }
  | {
      readonly type: 'worked';
      readonly at: number;
      readonly work: string;
      readonly bytes?: number;
      readonly error?: string;
    }
  | { readonly type: 'stopped'; readonly at: number; readonly up: readonly Ref[] }
  | { readonly type: 'gated'; readonly at: number; readonly unready: readonly Ref[] }
  | { readonly type: 'engine'; readonly at: number; readonly news: EngineNews }
  | ({ readonly type: 'pause' | 'resume' | 'abort' } & Said)
  | ({ readonly type: 'decide'; readonly choice: string } & Said);

/** All that are stopped and started again. */
export const partsOf = ({ batches }: Pick<BatchWalk, 'batches'>): readonly Ref[] =>
  batches.flatMap((b) => b.refs);

/** `batch 3 of 7`, by its place from 0. */
export const batchName = (index: number, total: number): string => `batch ${index + 1} of ${total}`;

/** The source that is freed next, as work of its own; undefined: there is none left. */
export function nextFreeing({ freed, looks, diskPercent }: RecoveryContext): FreeDisk | undefined {
  return nextOf(freed, { run: looks, maxPercent: diskPercent });
}

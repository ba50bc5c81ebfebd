// What a procedure is to the runner that drives it: a machine with a name and a version, what it looks at, and what its
// effects change. Pure: effects that change facts are values; those that act on the world are asked for by name.

import type { AnyStateMachine } from 'xstate';
import type { Ref } from '../../desired-state/resource.ts';
import type { CanaryErrors } from '../../desired-state/revision.ts';
import type { Attempts, Facts, FailoverFact } from '../facts.ts';
import type { Plan } from '../plan.ts';

/** An event of a machine as it is stored and fed: plain JSON, with the time at which it happened (epoch ms). */
export interface ProcedureEvent {
  readonly type: string;
  readonly at: number;
  readonly [key: string]: unknown;
}

/** What an entered or left state asks for: an action of the machine, by name. */
export interface Effect {
  readonly type: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Something to tell: becomes a stored event of the platform. */
export interface Telling {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly regarding?: Ref;
  /** What it may be answered with: told with the commands. */
  readonly choices?: readonly string[];
}

/** Room on the engine's disk that nobody needs, in the order in which it is given up. Never a volume. */
export const freeable = ['danglingImages', 'buildCache'] as const;

/**
 * What a state stands for that is no fact of the platform: done by the controller, answered by an event `worked` with the
 * bytes that it gained and, where that can be known, the disk as it is then.
 */
export interface FreeDisk {
  /** Of this doing: stored with the state, so that an answer is told from a late one. */
  readonly id: string;
  readonly type: 'freeDisk';
  readonly source: (typeof freeable)[number];
  /** Nothing is freed where no more than this is in use. */
  readonly maxPercent: number;
}

/** Which version a database has, where a revision says which it can work with. */
export interface SchemaCheck {
  readonly ref: Ref;
  /** Run inside its container; prints the version. */
  readonly command: readonly string[];
  /** The newest that the revision can work with. */
  readonly atMost: number;
}

/** A backup that a workload declares: run inside its container, done where it ends with 0. */
export interface BackupCommand {
  readonly ref: Ref;
  readonly command: readonly string[];
}

/**
 * Asks databases for their versions, and has the backups made that are declared; the answer has `mismatches`, in words.
 * Stops and changes nothing.
 */
export interface PrepareRollback {
  readonly id: string;
  readonly type: 'prepareRollback';
  /** What it looks at. */
  readonly source: 'platform';
  readonly checks: readonly SchemaCheck[];
  readonly backups: readonly BackupCommand[];
  /** To be here before anything is stopped. Absent: none. */
  readonly pulls?: readonly ImageWish[];
}

/** An image that a workload is to be made from. */
export interface ImageWish {
  readonly ref: Ref;
  /** As the engine is asked for it. */
  readonly image: string;
  /** As the manifest has it, where `images.rewrite` made it another: what it is remembered by. */
  readonly written?: string;
  readonly platform?: string;
  /** What it meant when it ran; absent: what its tag means for the revision in force. */
  readonly meant?: { readonly id: string; readonly digest?: string };
  /** What its registry said last that its tag means is had, whatever is here. Absent: what is in force. */
  readonly taken?: true;
}

/** Has images here; the answer's `failed` says by ref which could not be had, and why. Changes nothing that runs. */
export interface PullImages {
  readonly id: string;
  readonly type: 'pullImages';
  readonly source: 'registries';
  /** That is to run with them. */
  readonly revision: string;
  readonly pulls: readonly ImageWish[];
  readonly atOnce: number;
}

/** Reads how many calls of canaries failed; the answer's `failed` says by ref which have too many, and why. */
export interface MeasureErrors extends CanaryErrors {
  readonly id: string;
  readonly type: 'measureErrors';
  readonly source: 'canaries';
  readonly refs: readonly Ref[];
}

/**
 * Looks whether of the two that an alias is moved between only the holder has it, and answers. Changes nothing: the passes
 * move it. Looked at again and again until that is so, for `withinMs`, and then until it has been so for `lastingMs`.
 */
export interface CheckAlias {
  readonly id: string;
  readonly type: 'checkAlias';
  /** What it looks at. */
  readonly source: 'networks';
  readonly alias: string;
  /** As the manifest names it. */
  readonly network: string;
  readonly holder: Ref;
  readonly other: Ref;
  readonly withinMs: number;
  /** Absent: once is enough. */
  readonly lastingMs?: number;
}

/** Safe to be done again: whoever does it looks first. */
export type Work = FreeDisk | PrepareRollback | CheckAlias | PullImages | MeasureErrors;

/** What a look at the platform shows, for a procedure to see what it waits for. */
export interface Sight {
  readonly at: number;
  readonly statuses: Plan['statuses'];
  readonly facts: Facts;
  /** Of the host; absent: nobody could read it (an engine elsewhere), or nobody looks at it. */
  readonly room?: HostRoom;
  /** What the passes aimed at, where a rollout says that; absent: at what is in force. */
  readonly aim?: string;
  /** With steps in this look's plan: something is still to be done about them. Absent: none. */
  readonly planned?: ReadonlySet<Ref>;
  /** With steps in flight when it was looked at: what is seen of them may be old. Absent: none. */
  readonly busy?: ReadonlySet<Ref>;
}

/** What there is of what runs out. */
export interface HostRoom {
  /** Where the engine keeps its data. */
  readonly disk?: { readonly path: string; readonly usedPercent: number; readonly freeBytes: number };
  readonly memoryAvailableBytes?: number;
}

/** What an effect asks for: facts that the loop acts on, and what is told; stored in one transaction with the next state. */
export interface Asked {
  readonly restarts?: readonly Ref[];
  /** Restarts that are wanted no more. */
  readonly withdrawn?: readonly Ref[];
  /** To be stopped (`mayRun`: only not started), and to stay so until its turn: `until` says when that is. */
  readonly parked?: readonly { readonly ref: Ref; readonly until: string; readonly mayRun?: true }[];
  /** Those whose turn it is, or that wait for none any more. */
  readonly released?: readonly Ref[];
  readonly tellings?: readonly Telling[];
  /** To be left alone until a person releases them. */
  readonly held?: readonly Ref[];
  /** Their failures are forgotten: they are tried at once. */
  readonly forgotten?: readonly Ref[];
  /** Tried again by a person's word: also what a replacement failed at is forgotten. */
  readonly retried?: readonly Ref[];
  /** How far standbys stand in; without a `fact`: not any more. */
  readonly failovers?: readonly { readonly ref: Ref; readonly fact?: Omit<FailoverFact, 'at' | 'by'> }[];
  /** A revision that is not brought in any more, and which one is instead. */
  readonly quarantined?: { readonly revision: string; readonly to: string; readonly why: string };
  /** What images mean from now on, by image key. */
  readonly images?: Readonly<Record<string, { readonly id: string; readonly digest?: string }>>;
  /** Their budget of restarts counts as used up: tried no sooner than `notBefore`. */
  readonly exhausted?: readonly { readonly ref: Ref; readonly attempts: Attempts }[];
}

/** A part of the work that has begun: what of it, when, and how it came out. */
export interface Stage {
  readonly name: string;
  readonly refs: readonly Ref[];
  /** Epoch ms. */
  readonly beganAt: number;
  /** When the last of it was ready; absent: one was not, or is not yet. */
  readonly readyAt?: number;
  /** Given up. */
  readonly failed: readonly Ref[];
  /** What was wrong with those, where that was looked at. */
  readonly why?: Readonly<Record<Ref, string>>;
  /** They were started in it: its time is how long they take. */
  readonly starts?: boolean;
}

/** Something that it keeps, for people to read: by name, a few lines. */
export interface Detail {
  readonly name: string;
  readonly lines: readonly string[];
  /** Epoch ms. */
  readonly at?: number;
}

/** How it stands, for people. */
export interface Outlook {
  /** One sentence: what it does or waits for. */
  readonly message: string;
  readonly done: number;
  readonly total: number;
  /** What a person may decide, where it waits for that. */
  readonly choices: readonly string[];
  /** Those that have begun, in their order. */
  readonly stages?: readonly Stage[];
  readonly details?: readonly Detail[];
}

export interface ProcedureDefinition<Context = unknown> {
  readonly kind: string;
  /** A stored procedure goes on with the version it began with; a machine that changes its states gets a new one. */
  readonly version: number;
  /** Of two that concern one resource the wider takes over: the higher number. */
  readonly rank: number;
  readonly machine: AnyStateMachine;
  /** Begun by reeve itself, and often: its end is told only where it says so itself. */
  readonly quiet?: true;
  /** Resources that it concerns: no other procedure may. */
  refs(context: Context): readonly Ref[];
  /** What the machine should be told of a look, or nothing where it says nothing new to it. */
  see(state: string, context: Context, sight: Sight): ProcedureEvent | undefined;
  /** In this state it looks at the host's room too; absent: in none. */
  looksAtRoom?(state: string): boolean;
  /** What is done while it is in this state. */
  work?(state: string, context: Context): Work | undefined;
  /** What an effect of the machine changes. */
  asks(effect: Effect): Asked;
  outlook(state: string, context: Context): Outlook;
}

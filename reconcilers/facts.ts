// What reeve remembers: stored facts that a look at the engine cannot give. Plain data, times in epoch ms.
// Kept by controller/store, read by the rules and the planner. Losing all of them restarts nothing.

import type { Ref } from '../desired-state/resource.ts';

export interface Hold {
  readonly at: number;
  /** Absent: until released. */
  readonly until?: number;
  /** Maintenance: it is to be stopped and stay so. */
  readonly stopped: boolean;
  readonly by: string;
  readonly reason?: string;
}

/** Restarts by reeve or the engine, for budget and back-off. */
export interface Attempts {
  /** Times of starts after a failure, oldest first, within the budget's window. */
  readonly at: readonly number[];
  /** No act before this time. */
  readonly notBefore: number;
  /** Since when it is in CrashLoopBackOff; absent: it is not. */
  readonly crashLoopSince?: number;
  /** The last failure in words. */
  readonly lastFailure: string;
}

/** How a container came to stop, from the engine's events; absent after a gap in them. */
export interface Stop {
  readonly at: number;
  /**
   * `api`: stopped or killed through the API by somebody else than reeve. `self`: the process ended. `reeve`: we did it.
   * `engine`: the engine itself ended, and its containers with it.
   */
  readonly by: 'api' | 'self' | 'reeve' | 'oom' | 'engine';
  readonly exitCode?: number;
}

/** How a container came to be ours. */
export interface Made {
  readonly ref: Ref;
  readonly at: number;
  /** When it was seen to be gone, and not by reeve's hand. */
  readonly goneAt?: number;
  /** Not made by reeve: taken over. */
  readonly adopted?: true;
  /** Compose's labels that its successors carry on. */
  readonly compose?: Readonly<Record<string, string>>;
}

/** Whose turn to run has not come. */
export interface Turn {
  readonly at: number;
  /** Id of the procedure. */
  readonly by: string;
  /** When it comes, in words: `batch 3 of 7`. */
  readonly until: string;
  /** Where it runs it may: it is only not started. */
  readonly mayRun?: true;
}

export interface FailoverFact {
  /** Since when it is in this phase; epoch ms. */
  readonly at: number;
  /** Id of the procedure. */
  readonly by: string;
  /** The standby is started; it has the alias; it keeps running while the alias goes back. */
  readonly phase: 'starting' | 'serving' | 'returning';
  /** As it was declared when it began. */
  readonly to: Ref;
  readonly alias: string;
  readonly network: string;
}

export interface Facts {
  readonly suspended?: {
    readonly at: number;
    readonly by: string;
    /**
     * `NotAdopted`: Compose's containers are here, and nobody has said to adopt them. `NotApplied`: they were adopted, and
     * what differs waits for an apply. `Disowned`: they were given back.
     */
    readonly reason: 'Suspended' | 'StoreLost' | 'Down' | 'NotAdopted' | 'NotApplied' | 'Disowned';
    /** What the person who did it said. */
    readonly why?: string;
  };
  readonly holds: Readonly<Record<Ref, Hold>>;
  readonly attempts: Readonly<Record<Ref, Attempts>>;
  /** A job that is done: for this spec hash. */
  readonly completed: Readonly<
    Record<Ref, { readonly specHash: string; readonly at: number; readonly containerId: string }>
  >;
  /** By container id. */
  readonly stops: Readonly<Record<string, Stop>>;
  /** First time a container was seen paused, by container id. */
  readonly pausedSince: Readonly<Record<string, number>>;
  /** When a container began to run as far as reeve saw (start event or first sight), by container id. */
  readonly runningSince: Readonly<Record<string, number>>;
  /** Workloads that were Ready with a port, probe or healthcheck: long-running whatever Compose's `restart` says. */
  readonly onceReady: Readonly<Record<Ref, number>>;
  /** Engine names of named volumes that existed under this platform, with when they were first seen. */
  readonly volumesSeen: Readonly<Record<string, { readonly at: number; readonly createdAt: number }>>;
  /** Volumes whose loss a person accepted: may be made anew. */
  readonly acceptedLoss: Readonly<Record<string, number>>;
  /** What each ref's declaring source was in the last revision in force: prune never crosses a source. */
  readonly declared: Readonly<Record<Ref, string>>;
  /** Image reference → image id its tag meant when it came in force. */
  readonly pins: Readonly<Record<string, string>>;
  /** The same references → manifest digest by which that image can be had again; none of what no registry has. */
  readonly digests: Readonly<Record<string, string>>;
  /** What its registry said last that a reference means, or why it could not be asked. */
  readonly registry: Readonly<
    Record<string, { readonly at: number; readonly digest?: string; readonly error?: string }>
  >;
  /** Image reference → digest of what it was built from. */
  readonly builds: Readonly<Record<string, { readonly hash: string; readonly at: number }>>;
  /** Keyed digests of a container's watched files as of its last start: container id → path → digest. */
  readonly fileDigests: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Container ids that reeve created or adopted (a second one with our identity that is not here is foreign). */
  readonly made: Readonly<Record<string, Made>>;
  /** The last thing told of a workload that reeve had not done, so that one kill or removal is one event. */
  readonly told: Readonly<Record<Ref, string>>;
  /** The spec that a container was brought to in place since it was made; its label cannot be changed. By container id. */
  readonly broughtTo: Readonly<Record<string, string>>;
  /** Engine names of networks that existed under this platform, with when they were first seen. */
  readonly networksSeen: Readonly<Record<string, number>>;
  /** Compose projects that were adopted, by name. */
  readonly adopted: Readonly<Record<string, { readonly at: number; readonly by: string }>>;
  /** A person asked for it to be run again; until it is started. */
  readonly reruns: Readonly<Record<Ref, { readonly at: number; readonly by: string }>>;
  /** A procedure wants it restarted; until that is done. `by`: its id. */
  readonly restarts: Readonly<Record<Ref, { readonly at: number; readonly by: string }>>;
  /**
   * It fails and is held, because what it depends on is not ready. `freeAt`: that is ready again, and it is restarted then
   * if it fails still.
   */
  readonly heldFor: Readonly<Record<Ref, { readonly at: number; readonly freeAt?: number }>>;
  /** A procedure keeps it down until its turn. */
  readonly turns: Readonly<Record<Ref, Turn>>;
  /** By the ref of what a standby stands in for. */
  readonly failovers: Readonly<Record<Ref, FailoverFact>>;
  /** Replacements that failed: not tried again for this spec hash until `rerun`, a new spec, or back-off is over. */
  readonly failedReplacements: Readonly<
    Record<Ref, { readonly specHash: string; readonly at: number; readonly message: string }>
  >;
  /** Recreates under way, stored before the old one is touched: old container id by ref. */
  readonly replacing: Readonly<
    Record<
      Ref,
      { readonly oldId: string; readonly restart: string; readonly specHash: string; readonly at: number }
    >
  >;
  /** Revisions that failed, or that were left: not brought in until a person lifts that. `to`: what runs instead. */
  readonly quarantined: Readonly<Record<string, Quarantine>>;
  /** Revisions that were healthy for their time, with what their images meant then. */
  readonly stable: Readonly<Record<string, Stable>>;
  /** The engine's start command was run, in the outage that lasts; key `outage`. `by`: the procedure. */
  readonly engineStarts: Readonly<
    Record<
      string,
      { readonly at: number; readonly by: string; readonly command: string; readonly timeoutMs: number }
    >
  >;
  /** Since when all of the revision in force is ready; epoch ms. */
  readonly healthySince: Readonly<Record<string, number>>;
  /** Acts that failed lately, by ref: the engine's words, for the condition. */
  readonly failures: Readonly<Record<Ref, Failure>>;
}

export interface Quarantine {
  readonly at: number;
  /** Id of the procedure. */
  readonly by: string;
  readonly to: string;
  readonly why: string;
}

export interface Stable {
  readonly at: number;
  /** By image key. */
  readonly images: Readonly<Record<string, { readonly id: string; readonly digest?: string }>>;
}

export interface Failure {
  readonly reason: string;
  readonly message: string;
  readonly at: number;
  readonly count: number;
  /** It was to go: only then does its going wait for the back-off. */
  readonly removing?: true;
}

export const noFacts: Facts = {
  holds: {},
  attempts: {},
  completed: {},
  stops: {},
  pausedSince: {},
  runningSince: {},
  onceReady: {},
  volumesSeen: {},
  acceptedLoss: {},
  declared: {},
  pins: {},
  digests: {},
  registry: {},
  builds: {},
  fileDigests: {},
  made: {},
  told: {},
  broughtTo: {},
  networksSeen: {},
  adopted: {},
  reruns: {},
  restarts: {},
  heldFor: {},
  turns: {},
  failovers: {},
  failedReplacements: {},
  replacing: {},
  quarantined: {},
  stable: {},
  engineStarts: {},
  healthySince: {},
  failures: {},
};

// What a recovery knows of a failure: what the passes saw of it, and what was read of its container before that is gone.
// Plain data; read by the controller, judged by verdict.ts.

import type { Ref } from '../../desired-state/resource.ts';

/** A failure as a pass saw it: no words in it, for those are scrubbed first and come with the evidence. */
export interface Failure {
  /** Of the condition or of the act's cause: `Exited`, `Unhealthy`, `PortTaken` …; `Failed` where only the attempt is known. */
  readonly reason: string;
  /** Epoch ms. */
  readonly at: number;
  /** Required dependencies that were not ready then. */
  readonly waitsFor: readonly Ref[];
  /** The container that failed, where there is one. */
  readonly containerId?: string;
  /** Its budget of restarts is used up. */
  readonly looping: boolean;
  /** Nothing was tried: something is in the way, and each pass looks whether it still is. */
  readonly blocked: boolean;
}

export interface Evidence {
  readonly at: number;
  /** What the pass said of it. */
  readonly message: string;
  readonly exitCode?: number;
  readonly oomKilled: boolean;
  /** The engine's own words for a start that failed. */
  readonly engineError?: string;
  /** What its last healthcheck that failed has printed. */
  readonly healthOutput?: string;
  /** The last lines that it wrote, oldest first. */
  readonly log: readonly string[];
  /** What the engine keeps on its disk; read where a restart has not helped, or the disk is said to be full. */
  readonly engineDisk?: EngineDisk;
  /** The engine's last events of its container in the hour before, oldest first; read where a restart has not helped. */
  readonly events?: readonly EngineNote[];
  /** Why some of it is missing. */
  readonly trouble?: string;
}

/** Bytes, as `docker system df` counts them. */
export interface EngineDisk {
  readonly images: number;
  readonly containers: number;
  readonly volumes: number;
  readonly buildCache: number;
}

/** An event of the engine. */
export interface EngineNote {
  /** Epoch ms, by the engine's clock. */
  readonly at: number;
  /** `die, status 3`. */
  readonly what: string;
}

/** The runbook's hour, and how many of it are kept. */
export const eventLimits = { withinMs: 3_600_000, count: 20 } as const;

/** The runbook's number of log lines, and how much of them is kept. */
export const logLimits = { lines: 50, lineLength: 400, bytes: 12_000 } as const;

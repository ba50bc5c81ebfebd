// The narrow port to a Docker engine. controller/docker implements it (the only place that knows dockerode);
// the loop, the executor and the CLI speak only this.

import type { SecretValues } from '../desired-state/load-types.ts';
import type {
  ContainerDetail,
  ObservedContainer,
  ObservedNetwork,
  ObservedVolume,
} from '../reconcilers/observed.ts';
import type { Step } from '../reconcilers/plan.ts';
import type { EngineDisk } from '../reconcilers/recovery/evidence.ts';

export interface EngineInfo {
  /** As found: `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** Same engine, same key: for the lock (realpath of the socket, or host and port). */
  readonly key: string;
  /** The same from wherever it is asked, and another's is another: engines of one machine share their id, but no data. */
  readonly identity: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Where it keeps its data, on its own machine. */
  readonly dataRoot: string;
  /** Reeve can reach container addresses (local engine in our network namespace). */
  readonly local: boolean;
}

/** An event of the engine, already filtered (no exec_*) and flattened. */
export interface EngineEvent {
  /** Milliseconds since the epoch, engine's clock, with fraction. */
  readonly at: number;
  readonly type: 'container' | 'network' | 'volume' | 'image';
  /** `die`, `start`, `health_status: unhealthy` … */
  readonly action: string;
  /** Container, network or image id; volume name. */
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface StepContext {
  readonly secrets: SecretValues;
  readonly signal: AbortSignal;
  /** Progress of a pull in words, rate-limited by the caller. */
  readonly progress: (message: string) => void;
  /** Per-call time-out; a call that outlives it is looked at before it is tried again. */
  readonly timeoutMs: number;
}

/** What a step made or found. `changed: false`: it was already so ("already there", "already gone"). */
export interface StepOutcome {
  readonly changed: boolean;
  readonly containerId?: string;
  readonly message?: string;
  /** Of an image that was pulled or built, and the digest that it was pulled by. */
  readonly imageId?: string;
  readonly digest?: string;
}

export interface LogLine {
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

export interface LogOptions {
  readonly tail?: number;
  readonly sinceSeconds?: number;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

export interface Engine {
  info(): Promise<EngineInfo>;
  ping(signal?: AbortSignal): Promise<void>;
  /** Throws where it takes no new connections: one that is being stopped answers on the old ones only. */
  accepts(): Promise<void>;
  /** One list call, no detail: all containers, or those of these ids that are there. */
  containers(ids?: readonly string[]): Promise<readonly ObservedContainer[]>;
  networks(): Promise<readonly ObservedNetwork[]>;
  volumes(): Promise<readonly ObservedVolume[]>;
  /** Reference → image id, of those that are there locally. */
  images(references: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** The manifest digest by which a local image can be had again from its reference's repository; undefined: none. */
  repoDigest(reference: string): Promise<string | undefined>;
  /** What the registry says that a reference means now; throws where it cannot be asked. */
  registryDigest(reference: string, signal?: AbortSignal): Promise<string>;
  /** undefined: gone. Values of environment keys in `secretKeys` come back as keyed digests. */
  inspect(
    containerId: string,
    mask: { readonly secretKeys: ReadonlySet<string>; readonly digest: (value: string) => string },
  ): Promise<ContainerDetail | undefined>;
  /** Follows events from `sinceMs` until aborted or cut; throws EngineError when the stream breaks. */
  events(sinceMs: number, signal: AbortSignal): AsyncIterable<EngineEvent>;
  /** Whether it was sent a signal since then, as a stop or a restart begins with; undefined: that is not remembered so long. */
  wasSignalled(containerId: string, sinceMs: number): Promise<boolean | undefined>;
  /** What it had to tell of a container between the two; it forgets soon. Those that came before `signal` aborts. */
  pastEvents(
    containerId: string,
    within: { readonly sinceMs: number; readonly untilMs: number },
    signal: AbortSignal,
  ): AsyncIterable<EngineEvent>;
  /** What it keeps on its disk. It may have to walk all of its volumes for that, and answers one such question at a time. */
  diskUse(timeoutMs: number): Promise<EngineDisk>;
  /** One engine call for one step; "already there/gone" is success. pullModel is not an engine call and is refused. */
  perform(step: Step, context: StepContext): Promise<StepOutcome>;
  /** Images without a name that no container uses, but for those of `keep` (ids). */
  removeDanglingImages(keep: ReadonlySet<string>, signal: AbortSignal): Promise<void>;
  pruneBuildCache(signal: AbortSignal): Promise<void>;
  /** Runs a command inside; resolves with its exit code and output (≤ 4 KiB). */
  exec(
    containerId: string,
    command: readonly string[],
    timeoutMs: number,
  ): Promise<{ exitCode: number; output: string }>;
  /** Lines, demultiplexed. */
  logs(containerId: string, options: LogOptions): AsyncIterable<LogLine>;
  close(): Promise<void>;
}

// What is there, as plain data: no Docker type, no class. Made by controller/docker, read by the rules and the planner.
// Times are milliseconds since the epoch.

import type { ContainerSpec, EnvValue } from '../desired-state/container-spec.ts';
import type { Ref } from '../desired-state/resource.ts';

export type ContainerState = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** Labels that carry reeve's identity. A hash is a shortcut, never a reason. */
export const identityLabels = {
  platform: 'reeve.platform',
  kind: 'reeve.kind',
  name: 'reeve.name',
  revision: 'reeve.revision',
  specHash: 'reeve.spec-hash',
  /** Name it was made for: tells an original from a copy that inherited its labels, even without a store. */
  container: 'reeve.container',
  /** Platform that its image was asked for: the engine does not tell it. */
  imagePlatform: 'reeve.image-platform',
  /** `true` where its resource was protected when it was made: heeded once it is declared no more. */
  protect: 'reeve.protect',
} as const;

/** The ref that labels claim, whether there is such a resource or not; of what is not ours one that nothing has. */
export function claimedRef(labels: Readonly<Record<string, string>>): Ref {
  return `${labels[identityLabels.kind]}/${labels[identityLabels.name]}` as Ref;
}

/** From one list call; `detail` only when the container was inspected and nothing named it since. */
export interface ObservedContainer {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly state: ContainerState;
  readonly createdAt: number;
  /** From the list call's status text; absent without a healthcheck. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** Last exit status, while not running. */
  readonly exitCode?: number;
  /** Published host ports, also of stopped containers where the engine shows them. */
  readonly ports: readonly {
    readonly hostIp: string;
    readonly published: number;
    readonly target: number;
    readonly protocol: string;
  }[];
  /** Engine network name → what a list call shows. */
  readonly networks: Readonly<Record<string, { readonly networkId: string; readonly ipAddress: string }>>;
  /** Engine names of named volumes it mounts. */
  readonly volumes: readonly string[];
  readonly detail?: ContainerDetail;
}

export interface ContainerDetail {
  readonly at: number;
  /** 0: never started. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly pid: number;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** The engine's own words for a failed start. */
  readonly error: string;
  /** Restarts by the engine's policy. */
  readonly restartCount: number;
  /** Healthchecks that failed in a row; absent without a healthcheck. */
  readonly failingStreak?: number;
  /** What the last healthcheck that failed has printed; absent: nothing. */
  readonly checkOutput?: string;
  /**
   * The container as it is, in the manifest's own form. Mount sources and networks carry ENGINE names;
   * values the engine only filled in (defaults) are absent; the image's own values are included.
   */
  readonly spec: ContainerSpec;
  /** Engine name of the network that it was made on; absent: none, or one of the engine's own. */
  readonly primaryNetwork?: string;
  /** What its image contributes, so that a removed field is told from an inherited one. */
  readonly imageDefaults: ImageDefaults;
  /** Aliases per engine network, without the container's own id and name. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
  /** Anonymous volumes by target, to move along in a recreate. */
  readonly anonymousVolumes: Readonly<Record<string, string>>;
}

export interface ImageDefaults {
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly workingDir?: string;
  readonly user?: string;
  readonly stopSignal?: string;
  readonly healthcheck?: ContainerSpec['healthcheck'];
  readonly volumes: readonly string[];
  readonly expose: readonly string[];
}

export interface ObservedNetwork {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly internal: boolean;
  readonly attachable?: boolean;
  /** Absent: the engine does not say it (before API 1.47). */
  readonly enableIpv4?: boolean;
  readonly enableIpv6?: boolean;
  readonly ipamDriver?: string;
  readonly ipamOptions?: Readonly<Record<string, string>>;
  /** Pools that it has, asked for or the engine's own. */
  readonly pools?: readonly {
    readonly subnet?: string;
    readonly gateway?: string;
    readonly ipRange?: string;
    readonly auxAddresses?: Readonly<Record<string, string>>;
  }[];
  readonly options: Readonly<Record<string, string>>;
}

export interface ObservedVolume {
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly options: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

/** A model server's answer; keyed by the Model resource's `server`. */
export interface ObservedModelServer {
  readonly at: number;
  readonly reachable: boolean;
  readonly models: readonly { readonly name: string; readonly digest: string }[];
  readonly error?: string;
}

/** What reeve's own probe of a workload says; keyed by ref. */
export interface ProbeResult {
  readonly at: number;
  /** `loading`: it says itself that it is not ready yet. `unreachable`: reeve cannot get there. Neither is its failure. */
  readonly outcome: 'pass' | 'fail' | 'loading' | 'unreachable';
  /** In a row. */
  readonly failures: number;
  /** It has passed since this container was started: its start-up is over. */
  readonly passed: boolean;
  readonly message: string;
  /** Container the result is about. */
  readonly containerId: string;
}

export interface ObservedState {
  readonly at: number;
  readonly host: { readonly cpus: number; readonly memoryBytes: number; readonly apiVersion: string };
  /** ALL containers of the engine: foreign ones hold names and ports. */
  readonly containers: readonly ObservedContainer[];
  readonly networks: readonly ObservedNetwork[];
  readonly volumes: readonly ObservedVolume[];
  /** Local images among those asked for: reference → image id. Absent: not there. */
  readonly images: Readonly<Record<string, string>>;
  readonly modelServers: Readonly<Record<string, ObservedModelServer>>;
  readonly probes: Readonly<Record<string, ProbeResult>>;
  /** The same of those that were started beside the one that they are to replace. Absent: there are none. */
  readonly besideProbes?: Readonly<Record<string, ProbeResult>>;
}

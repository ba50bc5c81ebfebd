// The vocabulary: what a load resolves to. Plain JSON data: no class, no function, no Date, no secret value.
// Everything optional is absent when not set (never null), so that equal resources serialise alike.
// Units are in the names: `…Ms` milliseconds, `…Bytes` bytes, `nanoCpus` 1e-9 CPUs.

import type { Position } from './diagnostic.ts';

/** Kinds a person writes. AgentClass and ResourceLimits are folded into the workloads they shape. */
export const manifestKinds = [
  'Platform',
  'Service',
  'AgentClass',
  'Agent',
  'Model',
  'ResourceLimits',
  'Network',
  'Volume',
  'Secret',
] as const;
export type ManifestKind = (typeof manifestKinds)[number];

/** Kinds that are kept: a workload is a Service or an Agent, one container each. */
export type ResourceKind = 'Service' | 'Agent' | 'Model' | 'Network' | 'Volume';

/** `Agent/ai-system-validator`: names a resource everywhere (plan, events, CLI, labels). */
export type Ref = `${ResourceKind}/${string}` | `Platform/${string}`;

export const tiers = ['core', 'critical', 'standard'] as const;
export type Tier = (typeof tiers)[number];

export type DriftMode = 'ignore' | 'report' | 'heal';

/** A secret's value is never in a resource: only which Secret it is and a digest keyed per installation. */
export interface SecretValue {
  readonly secret: string;
  /** HMAC-SHA256 hex of the value under the installation's key. */
  readonly digest: string;
}
export type EnvValue = string | SecretValue;

export interface Healthcheck {
  /** As Docker has it: ['CMD', …], ['CMD-SHELL', '…'] or ['NONE']. */
  readonly test: readonly string[];
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
  readonly startPeriodMs?: number;
  readonly startIntervalMs?: number;
  readonly retries?: number;
}

export interface PortBinding {
  readonly target: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  /** Absent: the engine picks a free one. */
  readonly published?: number;
  /** Last of a range that begins with `published`: the engine picks a free one of it. */
  readonly publishedEnd?: number;
  /** Absent: all addresses. */
  readonly hostIp?: string;
}

export const mountTypes = ['bind', 'volume', 'tmpfs', 'image', 'cluster', 'npipe'] as const;

export interface Mount {
  readonly type: (typeof mountTypes)[number];
  /** bind: absolute host path. volume: the Volume's manifest name (engine name is on the Volume); absent: anonymous. */
  readonly source?: string;
  readonly target: string;
  readonly readOnly?: boolean;
  readonly propagation?: string;
  readonly createHostPath?: boolean;
  readonly noCopy?: boolean;
  readonly tmpfsSizeBytes?: number;
  readonly tmpfsMode?: number;
  /** Options as the `tmpfs` field of Compose has them, `size=64m,uid=1000`; present only for a mount written there. */
  readonly tmpfsOptions?: string;
  /** A folder within the volume or image. */
  readonly subpath?: string;
  /** Labels of a volume that the mount makes. */
  readonly labels?: Readonly<Record<string, string>>;
  /** What of the mounts below a bind comes along: none, or those writable, or all read-only. */
  readonly recursive?: 'disabled' | 'writable' | 'readonly';
  /** SELinux label: `z` shared, `Z` private. */
  readonly selinux?: 'z' | 'Z';
  readonly consistency?: string;
}

/** A workload's place on one network; the map's key is the Network's manifest name. */
export interface NetworkAttachment {
  readonly aliases?: readonly string[];
  readonly ipv4Address?: string;
  readonly ipv6Address?: string;
  readonly linkLocalIps?: readonly string[];
  readonly macAddress?: string;
  /** The highest is connected first, and by API 1.44 at once. */
  readonly priority?: number;
  /** The highest gives the default gateway. */
  readonly gatewayPriority?: number;
  readonly driverOpts?: Readonly<Record<string, string>>;
}

export interface Ulimit {
  readonly soft: number;
  readonly hard: number;
}

export interface RestartPolicy {
  readonly name: 'no' | 'always' | 'unless-stopped' | 'on-failure';
  readonly maxRetries?: number;
}

/** Limits and reservations; what the engine can change in place (`docker update`). */
export interface Resources {
  readonly nanoCpus?: number;
  readonly memoryBytes?: number;
  readonly memorySwapBytes?: number;
  readonly memoryReservationBytes?: number;
  readonly pids?: number;
  readonly cpuShares?: number;
  readonly cpusetCpus?: string;
  /** The two that `cpus` stands for, where they are written by themselves. */
  readonly cpuPeriodUs?: number;
  readonly cpuQuotaUs?: number;
}

/** Block IO: weights, and rates in bytes or operations a second. */
export interface BlockIo {
  readonly weight?: number;
  readonly weightDevices?: readonly { readonly path: string; readonly weight: number }[];
  readonly readBps?: readonly DeviceRate[];
  readonly writeBps?: readonly DeviceRate[];
  readonly readIops?: readonly DeviceRate[];
  readonly writeIops?: readonly DeviceRate[];
}

export interface DeviceRate {
  readonly path: string;
  readonly rate: number;
}

/** What a driver of the engine (nvidia, cdi) is asked for. `count` -1: all there are. */
export interface DeviceRequest {
  readonly driver?: string;
  readonly count?: number;
  readonly deviceIds?: readonly string[];
  readonly capabilities: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}

/** A command run in the container, after its start or before its stop. */
export interface Hook {
  readonly command: readonly string[];
  readonly user?: string;
  readonly privileged?: boolean;
  readonly workingDir?: string;
  readonly environment: Readonly<Record<string, EnvValue>>;
}

/**
 * One container as declared, in Docker's sense and Compose's names, all short forms resolved.
 * Absent means: what the image or the engine says.
 */
export interface ContainerSpec {
  readonly image: string;
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly environment: Readonly<Record<string, EnvValue>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly user?: string;
  readonly groupAdd?: readonly string[];
  readonly hostname?: string;
  readonly domainname?: string;
  readonly macAddress?: string;
  readonly healthcheck?: Healthcheck;
  readonly stopSignal?: string;
  readonly stopGracePeriodMs?: number;
  readonly restart: RestartPolicy;
  /** `none`, `host`, `container:…`; absent: the networks below. */
  readonly networkMode?: string;
  readonly networks: Readonly<Record<string, NetworkAttachment>>;
  readonly ports: readonly PortBinding[];
  readonly expose: readonly string[];
  readonly mounts: readonly Mount[];
  readonly resources: Resources;
  readonly privileged?: boolean;
  readonly readOnly?: boolean;
  readonly init?: boolean;
  readonly tty?: boolean;
  readonly stdinOpen?: boolean;
  readonly capAdd?: readonly string[];
  readonly capDrop?: readonly string[];
  readonly securityOpt?: readonly string[];
  readonly dns?: readonly string[];
  readonly dnsSearch?: readonly string[];
  readonly dnsOpt?: readonly string[];
  readonly extraHosts?: readonly string[];
  readonly devices?: readonly string[];
  readonly ulimits?: Readonly<Record<string, Ulimit>>;
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly shmSizeBytes?: number;
  readonly oomKillDisable?: boolean;
  readonly oomScoreAdj?: number;
  readonly pidMode?: string;
  readonly ipcMode?: string;
  readonly utsMode?: string;
  readonly usernsMode?: string;
  readonly cgroupParent?: string;
  readonly runtime?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly blockIo?: BlockIo;
  /** `host` or `private`. */
  readonly cgroupMode?: string;
  readonly cpuRealtimePeriodUs?: number;
  readonly cpuRealtimeRuntimeUs?: number;
  readonly cpuCount?: number;
  readonly cpuPercent?: number;
  readonly memorySwappiness?: number;
  readonly deviceCgroupRules?: readonly string[];
  readonly deviceRequests?: readonly DeviceRequest[];
  readonly isolation?: string;
  /** `CONTAINER:ALIAS`, by container name. */
  readonly links?: readonly string[];
  /** `os/arch[/variant]` of the image. */
  readonly platform?: string;
  readonly storageOpt?: Readonly<Record<string, string>>;
  /** `CONTAINER[:ro]`, by container name. */
  readonly volumesFrom?: readonly string[];
  readonly logging?: { readonly driver?: string; readonly options?: Readonly<Record<string, string>> };
}

/**
 * When an image is fetched, in Compose's words. `missing`: where it is not there. `always` and an age: the registry is
 * asked at each apply (of that age). `build`: made anew at each apply.
 */
export type PullPolicy = 'missing' | 'always' | 'never' | 'build' | { readonly everyMs: number };

/** What an image is made from, for the engine's own builder. */
export interface Build {
  /** Absolute folder; or, `remote`, a git or tar URL that the engine fetches. */
  readonly context: string;
  readonly remote: boolean;
  /** In the context, or elsewhere as an absolute path. */
  readonly dockerfile: string;
  /** Its text, in place of the file. */
  readonly dockerfileInline?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly network?: string;
  readonly extraHosts: readonly string[];
  readonly cacheFrom: readonly string[];
  /** Names that the image gets beside its own. */
  readonly tags: readonly string[];
  readonly shmSizeBytes?: number;
  readonly ulimits: Readonly<Record<string, Ulimit>>;
  readonly platform?: string;
  readonly isolation?: string;
  /** The bases are asked for anew at each build. */
  readonly pull: boolean;
  readonly noCache: boolean;
  /** Keyed digest of all that is sent: where it changes, the image is made anew. */
  readonly hash: string;
}

/** How reeve itself sees whether a workload is ready; a healthcheck of the engine counts beside it. */
export interface Probe {
  readonly http?: {
    readonly port: number;
    readonly path: string;
    readonly status?: number;
    readonly body?: string;
  };
  readonly tcp?: { readonly port: number };
  readonly exec?: { readonly command: readonly string[] };
  readonly postgres?: {
    readonly port: number;
    readonly user: string;
    readonly database: string;
    readonly password?: EnvValue;
  };
  readonly redis?: { readonly port: number; readonly password?: EnvValue };
  readonly everyMs: number;
  readonly timeoutMs: number;
  /** Failures in a row before it counts as failing. */
  readonly threshold: number;
  readonly startPeriodMs: number;
}

/** Why and how a workload waits for another resource. */
export interface Dependency {
  readonly on: Ref;
  readonly condition: 'ready' | 'started' | 'completed';
  /** false (Compose `required: false`): a missing or failing one only warns. */
  readonly required: boolean;
  /** Restarted too, once what it depends on was made anew. */
  readonly restart?: true;
  readonly position: Position;
}

/** A file whose content belongs to a workload: a config, a secret, or a read-only mount from the manifests' folder. */
export interface WatchedFile {
  /** Absolute path on the machine that loads; a folder only where `watch:` names it; without a file, as `copyTo`. */
  readonly path: string;
  /** Keyed digest of the content at load. */
  readonly digest: string;
  readonly onChange: 'restart' | 'ignore' | { readonly signal: string };
  /** Copied into the container at this path before it starts, instead of mounted (secrets not from files). */
  readonly copyTo?: string;
  /** Owner and rights of the copy; absent: root, readable by all, as in Compose. */
  readonly uid?: number;
  readonly gid?: number;
  readonly mode?: number;
  /** Key of its value among the load's secrets: a Secret's name, or `config:NAME` for a Compose config that is no file. */
  readonly secret?: string;
}

interface Declared {
  readonly name: string;
  /** Where the resource is declared (its metadata.name or its key). */
  readonly position: Position;
  /** The `-f` argument (or git path) that brought it, as an absolute path: prune never crosses it. */
  readonly origin: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Forbids removal and recreation. */
  readonly protect: boolean;
  /** Per resource, and per field (a name from the drift table: `environment`, `resources.memory` …). */
  readonly drift: { readonly mode: DriftMode; readonly fields: Readonly<Record<string, DriftMode>> };
}

export interface Workload extends Declared {
  readonly kind: 'Service' | 'Agent';
  readonly tier: Tier;
  /** Container name on the engine. */
  readonly containerName: string;
  readonly container: ContainerSpec;
  /** The image as written, where `images.rewrite` gave `container.image` another name. */
  readonly imageWritten?: string;
  /** Absent: `missing`. */
  readonly pullPolicy?: PullPolicy;
  /** `container.image` is made from this, not pulled. */
  readonly build?: Build;
  /** CPUs that it is promised (`deploy.resources.reservations`, ResourceLimits): no limit of the engine. */
  readonly reservedNanoCpus?: number;
  readonly probe?: Probe;
  readonly dependsOn: readonly Dependency[];
  readonly files: readonly WatchedFile[];
  /** Run by reeve in order; one that fails fails the start, and is only told at a stop. */
  readonly postStart?: readonly Hook[];
  readonly preStop?: readonly Hook[];
  /**
   * What an exit 0 by itself means. `job`: done (`restart: no|on-failure` written, or awaited as completed).
   * `service`: a failure to keep running. `compose`: at rest unless it was once Ready with a port, probe or healthcheck.
   */
  readonly lifecycle: 'job' | 'service' | 'compose';
  /** The key of each field's position: `container.image` … ; used for causes. */
  readonly positions: Readonly<Record<string, Position>>;
  readonly agentClass?: string;
  readonly model?: string;
  /** This workload is an Ollama-compatible model server, reached on this container port. */
  readonly modelServerPort?: number;
}

export interface Model extends Declared {
  readonly kind: 'Model';
  /** Ref of the workload that serves it, or a URL. */
  readonly server: Ref | `http://${string}` | `https://${string}`;
  /** Name as the server knows it: `tinyllama:latest`. */
  readonly model: string;
}

export interface Network extends Declared {
  readonly kind: 'Network';
  /** `PLATFORM_name`, or what `name:` says. */
  readonly engineName: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOpts: Readonly<Record<string, string>>;
  readonly internal?: boolean;
  readonly attachable?: boolean;
  readonly enableIpv4?: boolean;
  readonly enableIpv6?: boolean;
  readonly ipam?: {
    readonly driver?: string;
    readonly options?: Readonly<Record<string, string>>;
    readonly config: readonly {
      readonly subnet?: string;
      readonly gateway?: string;
      readonly ipRange?: string;
      readonly auxAddresses?: Readonly<Record<string, string>>;
    }[];
  };
}

export interface Volume extends Declared {
  readonly kind: 'Volume';
  readonly engineName: string;
  readonly external: boolean;
  readonly driver?: string;
  readonly driverOpts: Readonly<Record<string, string>>;
}

export type Resource = Workload | Model | Network | Volume;

/** Resources are immutable, and one and the same text is found faster in a map than an equal one. */
const knownRefs = new WeakMap<object, Ref>();

/** `Agent/x` of a resource. */
export function refOf(resource: { readonly kind: ResourceKind; readonly name: string }): Ref {
  const before = knownRefs.get(resource);
  if (before !== undefined) return before;
  const ref: Ref = `${resource.kind}/${resource.name}`;
  knownRefs.set(resource, ref);
  return ref;
}

export function isWorkload(resource: Resource): resource is Workload {
  return resource.kind === 'Service' || resource.kind === 'Agent';
}

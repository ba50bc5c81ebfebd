// What a container is made of, in Compose's words and the engine's units. Plain JSON data like the resources that hold it:
// everything optional is absent when not set (never null), so that equal specs serialise alike.
// Units are in the names: `…Ms` milliseconds, `…Bytes` bytes, `nanoCpus` 1e-9 CPUs.

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
  /** Variables of the container that the command is not to have: written without a value. Sorted. */
  readonly unsetEnvironment?: readonly string[];
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
  /** Keys that the container is not to have, though its image may: written without a value, unset in the shell. Sorted. */
  readonly unsetEnvironment?: readonly string[];
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

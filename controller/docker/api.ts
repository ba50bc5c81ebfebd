// What the Engine API sends, as far as it is read here. Own types, because the engine leaves out or nulls almost
// anything (Go's nil slices and maps), which dockerode's types deny.

type Maybe<T> = T | null | undefined;

export interface RawEndpoint {
  NetworkID?: Maybe<string>;
  IPAddress?: Maybe<string>;
  Aliases?: Maybe<string[]>;
  MacAddress?: Maybe<string>;
  Links?: Maybe<string[]>;
  DriverOpts?: Maybe<Record<string, string>>;
  GwPriority?: Maybe<number>;
  IPAMConfig?: Maybe<{
    IPv4Address?: Maybe<string>;
    IPv6Address?: Maybe<string>;
    LinkLocalIPs?: Maybe<string[]>;
  }>;
}

/** A rate of a device: bytes or operations a second. */
export interface RawRate {
  Path: string;
  Rate: number;
}

export interface RawDeviceRequest {
  Driver?: Maybe<string>;
  Count?: Maybe<number>;
  DeviceIDs?: Maybe<string[]>;
  Capabilities?: Maybe<string[][]>;
  Options?: Maybe<Record<string, string>>;
}

export interface RawMountPoint {
  Type?: Maybe<string>;
  Name?: Maybe<string>;
  Source?: Maybe<string>;
  Destination?: Maybe<string>;
  Mode?: Maybe<string>;
  RW?: Maybe<boolean>;
  Propagation?: Maybe<string>;
}

/** An entry of `GET /containers/json`. */
export interface RawListed {
  Id: string;
  Names?: Maybe<string[]>;
  Image?: Maybe<string>;
  ImageID?: Maybe<string>;
  /** Seconds. */
  Created?: Maybe<number>;
  Ports?: Maybe<{ IP?: string; PrivatePort?: number; PublicPort?: number; Type?: string }[]>;
  Labels?: Maybe<Record<string, string>>;
  State?: Maybe<string>;
  Status?: Maybe<string>;
  NetworkSettings?: Maybe<{ Networks?: Maybe<Record<string, RawEndpoint>> }>;
  Mounts?: Maybe<RawMountPoint[]>;
}

export interface RawHealthcheck {
  Test?: Maybe<string[]>;
  /** Nanoseconds, as the others. */
  Interval?: Maybe<number>;
  Timeout?: Maybe<number>;
  StartPeriod?: Maybe<number>;
  StartInterval?: Maybe<number>;
  Retries?: Maybe<number>;
}

/** `Config` of a container and of an image alike. */
export interface RawConfig {
  Hostname?: Maybe<string>;
  Domainname?: Maybe<string>;
  User?: Maybe<string>;
  Tty?: Maybe<boolean>;
  OpenStdin?: Maybe<boolean>;
  Env?: Maybe<string[]>;
  Cmd?: Maybe<string[]>;
  Entrypoint?: Maybe<string[]>;
  Image?: Maybe<string>;
  Volumes?: Maybe<Record<string, object>>;
  ExposedPorts?: Maybe<Record<string, object>>;
  WorkingDir?: Maybe<string>;
  Labels?: Maybe<Record<string, string>>;
  StopSignal?: Maybe<string>;
  /** Seconds. */
  StopTimeout?: Maybe<number>;
  Healthcheck?: Maybe<RawHealthcheck>;
  MacAddress?: Maybe<string>;
}

export interface RawMount {
  Type?: Maybe<string>;
  Source?: Maybe<string>;
  Target?: Maybe<string>;
  ReadOnly?: Maybe<boolean>;
  Consistency?: Maybe<string>;
  BindOptions?: Maybe<{
    Propagation?: string;
    CreateMountpoint?: boolean;
    NonRecursive?: boolean;
    ReadOnlyNonRecursive?: boolean;
    ReadOnlyForceRecursive?: boolean;
  }>;
  VolumeOptions?: Maybe<{ NoCopy?: boolean; Labels?: Maybe<Record<string, string>>; Subpath?: string }>;
  ImageOptions?: Maybe<{ Subpath?: string }>;
  TmpfsOptions?: Maybe<{ SizeBytes?: number; Mode?: number }>;
}

export interface RawHostConfig {
  Binds?: Maybe<string[]>;
  Mounts?: Maybe<RawMount[]>;
  Tmpfs?: Maybe<Record<string, string>>;
  LogConfig?: Maybe<{ Type?: Maybe<string>; Config?: Maybe<Record<string, string>> }>;
  NetworkMode?: Maybe<string>;
  PortBindings?: Maybe<Record<string, Maybe<{ HostIp?: string; HostPort?: string }[]>>>;
  RestartPolicy?: Maybe<{ Name?: Maybe<string>; MaximumRetryCount?: Maybe<number> }>;
  CapAdd?: Maybe<string[]>;
  CapDrop?: Maybe<string[]>;
  Dns?: Maybe<string[]>;
  DnsOptions?: Maybe<string[]>;
  DnsSearch?: Maybe<string[]>;
  ExtraHosts?: Maybe<string[]>;
  GroupAdd?: Maybe<string[]>;
  IpcMode?: Maybe<string>;
  OomScoreAdj?: Maybe<number>;
  PidMode?: Maybe<string>;
  Privileged?: Maybe<boolean>;
  ReadonlyRootfs?: Maybe<boolean>;
  SecurityOpt?: Maybe<string[]>;
  UTSMode?: Maybe<string>;
  UsernsMode?: Maybe<string>;
  ShmSize?: Maybe<number>;
  Sysctls?: Maybe<Record<string, string>>;
  Runtime?: Maybe<string>;
  Init?: Maybe<boolean>;
  CpuShares?: Maybe<number>;
  Memory?: Maybe<number>;
  MemorySwap?: Maybe<number>;
  MemoryReservation?: Maybe<number>;
  NanoCpus?: Maybe<number>;
  CpuPeriod?: Maybe<number>;
  CpuQuota?: Maybe<number>;
  CpusetCpus?: Maybe<string>;
  CgroupParent?: Maybe<string>;
  Devices?: Maybe<{ PathOnHost?: string; PathInContainer?: string; CgroupPermissions?: string }[]>;
  OomKillDisable?: Maybe<boolean>;
  PidsLimit?: Maybe<number>;
  Ulimits?: Maybe<{ Name: string; Soft: number; Hard: number }[]>;
  Annotations?: Maybe<Record<string, string>>;
  BlkioWeight?: Maybe<number>;
  BlkioWeightDevice?: Maybe<{ Path: string; Weight: number }[]>;
  BlkioDeviceReadBps?: Maybe<RawRate[]>;
  BlkioDeviceWriteBps?: Maybe<RawRate[]>;
  BlkioDeviceReadIOps?: Maybe<RawRate[]>;
  BlkioDeviceWriteIOps?: Maybe<RawRate[]>;
  CgroupnsMode?: Maybe<string>;
  CpuRealtimePeriod?: Maybe<number>;
  CpuRealtimeRuntime?: Maybe<number>;
  CpuCount?: Maybe<number>;
  CpuPercent?: Maybe<number>;
  MemorySwappiness?: Maybe<number>;
  DeviceCgroupRules?: Maybe<string[]>;
  DeviceRequests?: Maybe<RawDeviceRequest[]>;
  Isolation?: Maybe<string>;
  StorageOpt?: Maybe<Record<string, string>>;
  VolumesFrom?: Maybe<string[]>;
  Links?: Maybe<string[]>;
  MaskedPaths?: Maybe<string[]>;
  ReadonlyPaths?: Maybe<string[]>;
}

/** `GET /containers/ID/json`. */
export interface RawInspect {
  Id: string;
  Name?: Maybe<string>;
  Created?: Maybe<string>;
  /** Image id. */
  Image?: Maybe<string>;
  RestartCount?: Maybe<number>;
  State?: Maybe<{
    Status?: Maybe<string>;
    Running?: Maybe<boolean>;
    Paused?: Maybe<boolean>;
    OOMKilled?: Maybe<boolean>;
    Pid?: Maybe<number>;
    ExitCode?: Maybe<number>;
    Error?: Maybe<string>;
    StartedAt?: Maybe<string>;
    FinishedAt?: Maybe<string>;
    Health?: Maybe<{
      FailingStreak?: Maybe<number>;
      /** The last five, oldest first. */
      Log?: Maybe<{ ExitCode?: number; Output?: string }[]>;
    }>;
  }>;
  Config?: Maybe<RawConfig>;
  HostConfig?: Maybe<RawHostConfig>;
  Mounts?: Maybe<RawMountPoint[]>;
  NetworkSettings?: Maybe<{ Networks?: Maybe<Record<string, RawEndpoint>> }>;
}

export interface RawImage {
  Id: string;
  RepoDigests?: Maybe<string[]>;
  Config?: Maybe<RawConfig>;
}

export interface RawNetwork {
  Id: string;
  Name: string;
  Driver?: Maybe<string>;
  Containers?: Maybe<Record<string, object>>;
  Internal?: Maybe<boolean>;
  Attachable?: Maybe<boolean>;
  EnableIPv4?: Maybe<boolean>;
  EnableIPv6?: Maybe<boolean>;
  IPAM?: Maybe<{
    Driver?: Maybe<string>;
    Options?: Maybe<Record<string, string>>;
    Config?: Maybe<
      {
        Subnet?: string;
        Gateway?: string;
        IPRange?: string;
        AuxiliaryAddresses?: Maybe<Record<string, string>>;
      }[]
    >;
  }>;
  Labels?: Maybe<Record<string, string>>;
  Options?: Maybe<Record<string, string>>;
}

export interface RawVolume {
  Name: string;
  Driver?: Maybe<string>;
  CreatedAt?: Maybe<string>;
  Labels?: Maybe<Record<string, string>>;
  Options?: Maybe<Record<string, string>>;
}

/** `GET /info`. */
export interface RawInfo {
  ID?: Maybe<string>;
  Name?: Maybe<string>;
  ServerVersion?: Maybe<string>;
  OperatingSystem?: Maybe<string>;
  NCPU?: Maybe<number>;
  MemTotal?: Maybe<number>;
  DockerRootDir?: Maybe<string>;
  LoggingDriver?: Maybe<string>;
  DefaultRuntime?: Maybe<string>;
}

/** `GET /system/df`. */
export interface RawDiskUse {
  /** Of all images together: what they share is counted once. */
  LayersSize?: Maybe<number>;
  Containers?: Maybe<{ SizeRw?: Maybe<number> }[]>;
  /** A size of -1 is not known. */
  Volumes?: Maybe<{ UsageData?: Maybe<{ Size?: Maybe<number> }> }[]>;
  BuildCache?: Maybe<{ Size?: Maybe<number>; Shared?: Maybe<boolean> }[]>;
}

export interface RawEvent {
  Type?: Maybe<string>;
  Action?: Maybe<string>;
  Actor?: Maybe<{ ID?: Maybe<string>; Attributes?: Maybe<Record<string, string>> }>;
  time?: Maybe<number>;
  timeNano?: Maybe<number>;
}

/** A volume nobody named: the engine gives it 64 hex digits. */
export function isAnonymousVolume(name: string): boolean {
  return /^[0-9a-f]{64}$/.test(name);
}

/** Go's zero time (year 1) is 0. */
export function epochMs(time: Maybe<string>): number {
  const ms = Date.parse(time ?? '');
  return Number.isFinite(ms) && ms > 0 ? ms : 0;
}

// The vocabulary: what a load resolves to. Plain JSON data: no class, no function, no Date, no secret value.
// Everything optional is absent when not set (never null), so that equal resources serialise alike.
// Units are in the names: `…Ms` milliseconds, `…Bytes` bytes, `nanoCpus` 1e-9 CPUs.

import type { Build, ContainerSpec, EnvValue, Hook, PullPolicy } from './container-spec.ts';
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

/** What stands in for a workload whose recovery has failed, and by which name it is asked then. */
export interface Failover {
  readonly to: Ref;
  /** Moved to the standby and back. */
  readonly alias: string;
  /** As the manifest names it. */
  readonly network: string;
  /** How the standby is kept while it is not needed. */
  readonly standby: 'stopped' | 'running';
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
  /** Id of the image that it keeps until its wave, whatever its tag means by now; never declared. */
  readonly keptImage?: string;
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
  /** Which version its database has is asked before a rollback to a revision that declares this. */
  readonly schemaVersion?: {
    /** Run inside the container; prints the version, a number. */
    readonly command: readonly string[];
    /** The newest version that the programs of this revision can work with. */
    readonly atMost: number;
  };
  readonly failover?: Failover;
  /** Run inside the container, to its end, before a rollback stops anything: a backup. */
  readonly beforeRollback?: readonly string[];
  /** A new container runs beside the old one until it is ready. Absent: the old one is stopped first. */
  readonly updateOrder?: 'start-first';
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
  /** `enableIpv4`, where it is written. */
  readonly positions?: Readonly<Record<string, Position>>;
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
  /** `driverOpts.device`, where it is written. */
  readonly positions?: Readonly<Record<string, Position>>;
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

/** What a resource is: where it and its parts stand is no part of that. */
export function withoutPlaces(resource: Resource): object {
  const { position: _position, origin: _origin, ...rest } = resource;
  const {
    positions: _positions,
    dependsOn,
    ...what
  } = rest as typeof rest & { positions?: unknown; dependsOn?: readonly Dependency[] };
  if (dependsOn === undefined) return what;
  return { ...what, dependsOn: dependsOn.map(({ position: _at, ...dependency }) => dependency) };
}

// A plan is a value: the steps that close the difference, each one engine (or model server) call with its cause,
// what each waits for, and what cannot be done and why. Same inputs, same plan, in the same order.

import type {
  Build,
  ContainerSpec,
  Hook,
  NetworkAttachment,
  Resources,
  RestartPolicy,
} from '../desired-state/container-spec.ts';
import type { Diagnostic, Position } from '../desired-state/diagnostic.ts';
import type { Model, Network, Ref, Volume, WatchedFile } from '../desired-state/resource.ts';
import type { ResourceStatus } from './condition.ts';

/** Everything the executor needs for each kind of step; the executor decides nothing. */
export interface StepArgs {
  createNetwork: { network: Network };
  removeNetwork: { networkId: string; name: string };
  createVolume: { volume: Volume };
  removeVolume: { name: string };
  /** `digest`: that very image, whatever the tag means by now. `written`: as the manifest has it, where rewritten. */
  pullImage: { image: string; digest?: string; written?: string; platform?: string };
  buildImage: { image: string; build: Build };
  pullModel: { model: Model };
  createContainer: {
    name: string;
    spec: ContainerSpec;
    /** Image id to create from; absent: the reference. */
    imageId?: string;
    labels: Readonly<Record<string, string>>;
    /** Manifest name → engine name. */
    networkNames: Readonly<Record<string, string>>;
    volumeNames: Readonly<Record<string, string>>;
    /** Named volumes that must exist before (engine names): if the engine makes one silently, the container is removed again. */
    mustExist: readonly string[];
    /** Anonymous volumes of the predecessor: target → engine volume. */
    inheritVolumes: Readonly<Record<string, string>>;
    files: readonly WatchedFile[];
  };
  startContainer: {
    containerId?: string;
    files: readonly WatchedFile[];
    /** Run in it once it has started; if one fails it is stopped and the start has failed. */
    postStart?: readonly Hook[];
    /** Its name, where this plan has just made it: what it is like is known, and it is not looked at before. */
    made?: string;
  };
  stopContainer: {
    containerId: string;
    graceMs?: number;
    /** Run in it before; if one fails it is not stopped. */
    preStop?: readonly Hook[];
  };
  restartContainer: {
    containerId: string;
    graceMs?: number;
    files: readonly WatchedFile[];
    preStop?: readonly Hook[];
    postStart?: readonly Hook[];
  };
  signalContainer: { containerId: string; signal: string; files: readonly WatchedFile[] };
  unpauseContainer: { containerId: string };
  /** `containerId` absent: the one that this plan makes for the resource. So for a start. */
  renameContainer: {
    containerId?: string;
    name: string;
    /** What takes its place was made before: the policy that it had, and what that was made from. */
    successor?: { restart: string; specHash: string };
    /** Absent: it does not run, or is on no network. */
    whileRunning?: true;
  };
  updateContainer: { containerId: string; resources?: Resources; restart?: RestartPolicy };
  connectNetwork: {
    containerId: string;
    network: string;
    attachment: NetworkAttachment;
    /** As the container has them. */
    links?: readonly string[];
  };
  disconnectNetwork: { containerId: string; network: string };
  removeContainer: { containerId: string; name: string; volumes: boolean };
}
export type StepOp = keyof StepArgs;

/** Why a step is there: the manifest's line, or the live fact and when it arose. */
export interface Cause {
  /** Stable CamelCase word, also the event's reason: `Created`, `SpecChanged`, `Drifted`, `Exited`, `NotDeclared` … */
  readonly reason: string;
  readonly message: string;
  readonly position?: Position;
  /** When the live fact arose, where known. */
  readonly since?: number;
  readonly fields?: readonly FieldChange[];
}

/** A field that differs, as text for people, by Compose's name for it; a secret's value reads `(secret)`. */
export interface FieldChange {
  readonly field: string;
  readonly old: string;
  readonly new: string;
}

interface StepBase {
  /** Unique in the plan, stable: `Service/web:createContainer`. */
  readonly id: string;
  readonly ref: Ref;
  readonly cause: Cause;
  /** Ids of steps that must have succeeded before. */
  readonly after: readonly string[];
  /** Refs that must be ready (by the given condition) before; not ready now means: not in this pass. */
  readonly needs: readonly { readonly ref: Ref; readonly condition: 'ready' | 'started' | 'completed' }[];
  /** Waves count from 1; a plan prints by wave. */
  readonly wave: number;
  /** What people lose meanwhile. */
  readonly interrupts: boolean;
}
export type Step = {
  [Op in StepOp]: StepBase & { readonly op: Op; readonly args: Readonly<StepArgs[Op]> };
}[StepOp];

/** Which bytes an image of this plan's steps is. */
export interface PlanImage {
  /** As the engine is asked for it. */
  readonly image: string;
  /** As the manifest has it, where `images.rewrite` made it another. */
  readonly written?: string;
  /** What it means for the revision, where known before it is pulled. */
  readonly digest?: string;
  /** What it meant, where this plan takes what the tag means now. */
  readonly before?: string;
  /** It is made here from this folder or URL. */
  readonly builtFrom?: string;
}

/** What would be mended, were reeve's hands not off it: it is held, or the platform is suspended. */
export interface LeftAlone {
  readonly ref: Ref;
  readonly cause: Cause;
}

/** Something a plan says but does not do. */
export interface Notice {
  readonly ref: Ref;
  readonly reason: string;
  readonly message: string;
  readonly position?: Position;
}

/** What a plan for a revision from git is about. */
export interface PlanCommit {
  /** `commit 4c2e1f0 (Ana: raise redis memory)`. */
  readonly words: string;
  /** Of what the steps touch: files of the commit that are mounted, by their path in the repository. */
  readonly files: readonly { readonly path: string; readonly refs: readonly Ref[] }[];
  /** Folders that no commit holds, by their path on the host. */
  readonly dataFolders: readonly { readonly path: string; readonly refs: readonly Ref[] }[];
}

export interface Plan {
  readonly platform: string;
  readonly revision: string;
  /** Absent: it is from no commit. */
  readonly commit?: PlanCommit;
  readonly steps: readonly Step[];
  readonly warnings: readonly Notice[];
  /** Images that steps create from and of which there is more to tell than their name; by name. Absent: none. */
  readonly images?: readonly PlanImage[];
  /** Set when nothing may be done (exit 73): too many deletions … */
  readonly blocked?: { readonly reason: string; readonly message: string };
  /** How each resource is now. */
  readonly statuses: readonly ResourceStatus[];
  /** Epoch ms at which looking again is worth while though nothing happens (back-off over, pause grace over …). */
  readonly nextAt?: number;
  /** Drift that a mode of `report` keeps us from healing. */
  readonly reported: readonly (Notice & { readonly fields: readonly FieldChange[] })[];
  /** Absent: nothing. */
  readonly leftAlone?: readonly LeftAlone[];
  readonly diagnostics?: readonly Diagnostic[];
}

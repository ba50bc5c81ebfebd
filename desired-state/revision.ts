// A revision: all resources of one load, resolved, immutable, content-addressed. It is what a plan is made from
// and what history keeps; it holds no secret value.

import { hash } from 'node:crypto';
import type { Commit } from './commit.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { Exemption, RuleAction, RuleName } from './policy/rule.ts';
import { standardActions } from './policy/rules/index.ts';
import type { Resource } from './resource.ts';

/** What a rollout does when a wave of it fails. */
export const onFailures = ['rollback', 'pause', 'continue'] as const;

export interface CanaryErrors {
  readonly maxPercent: number;
  /** Where the canary itself counts its calls; absent: the calls of its probe are counted. */
  readonly metrics?: {
    readonly port: number;
    readonly path: string;
    /** Names of counters: in Prometheus' text, or the path of a number in JSON. */
    readonly failed: string;
    readonly all: string;
  };
}

export interface RolloutPolicy {
  /** Of tier standard, changed at once: a share of all that change, or a count. At least one always may. */
  readonly maxUnavailable: { readonly percent: number } | { readonly count: number };
  /** A wave must stay ready for so long before the next. */
  readonly minReadyMs: number;
  /** One of each agent class, and one of the services, goes first and is watched for so long; 0: none. */
  readonly canaryMs: number;
  /** Above this share of failed calls a canary has failed; absent: it is not asked. */
  readonly canaryErrors?: CanaryErrors;
  /** Healthy for so long, a revision is stable: what a rollback goes back to. */
  readonly stableAfterMs: number;
  readonly onFailure: (typeof onFailures)[number];
}

/** Settings of the Platform that shape plans; every number has its default in `defaultPolicy`. */
export interface Policy {
  /** Most of the platform's resources one plan may remove: a share of them, or a count. At least one always may. */
  readonly maxDelete: { readonly percent: number } | { readonly count: number };
  readonly minReadySeconds: number;
  /** Health of this length forgets past restarts. */
  readonly resetAfterMs: number;
  readonly restartBudget: { readonly restarts: number; readonly withinMs: number };
  readonly backoff: { readonly initialMs: number; readonly maxMs: number; readonly factor: number };
  /** After a failure: how long it must stay ready to be well again, and how long it may take to get there. */
  readonly recovery: { readonly settleMs: number; readonly verifyMs: number };
  /** What the engine's host must have left; absent: `standardHost`. */
  readonly host?: HostMarks;
  /** With at least this share down for so long a complete recovery begins by itself; absent: never. */
  readonly completeRecovery?: { readonly outagePercent: number; readonly afterMs: number };
  /** How the engine is started on its host where it does not answer; absent: reeve waits for it. */
  readonly engine?: { readonly startCommand: readonly string[]; readonly startTimeoutMs: number };
  readonly pauseGraceMs: number;
  /** A replacement or a start that is not ready by then is given up. */
  readonly progressDeadlineMs: number;
  /** How a new revision is brought in. */
  readonly rollout: RolloutPolicy;
  /** Engine calls in flight at once. */
  readonly concurrency: number;
  readonly resyncMs: number;
  readonly auditMs: number;
  readonly drift: 'ignore' | 'report' | 'heal';
  /** Pulls and builds in flight at once; how often a controller asks registries about tags (0: never). */
  readonly images: { readonly pulls: number; readonly builds: number; readonly checkEveryMs: number };
  /** What a manifest may ask of the host. */
  readonly rules: Readonly<Record<RuleName, RuleAction>>;
  readonly exemptions: readonly Exemption[];
  /** Absolute folders from which bind mounts may come, beside the manifests' own. */
  readonly allowedMounts: readonly string[];
  /** A limit above what the host has is taken down to that, instead of being refused. */
  readonly capToHost: boolean;
  readonly retention: { readonly eventsMs: number; readonly plans: number; readonly revisions: number };
}

export interface HostMarks {
  /** Of the engine's disk no more than this is to be in use. */
  readonly maxDiskPercent: number;
  /** So much memory is to be available. */
  readonly minMemoryBytes: number;
}

/** The runbook's. */
export const standardHost: HostMarks = { maxDiskPercent: 90, minMemoryBytes: 1_000 * 2 ** 20 };

/** concurrency: the engine gains nothing beyond 4–8 starts in flight on two cores (measured: 50 containers, docker 20.10). */
export const defaultPolicy: Policy = {
  maxDelete: { percent: 20 },
  minReadySeconds: 1,
  resetAfterMs: 600_000,
  restartBudget: { restarts: 5, withinMs: 600_000 },
  backoff: { initialMs: 1_000, maxMs: 300_000, factor: 2 },
  recovery: { settleMs: 30_000, verifyMs: 30_000 },
  pauseGraceMs: 2_000,
  progressDeadlineMs: 600_000,
  rollout: {
    maxUnavailable: { count: 5 },
    minReadyMs: 0,
    canaryMs: 0,
    stableAfterMs: 600_000,
    onFailure: 'rollback',
  },
  concurrency: 8,
  resyncMs: 30_000,
  auditMs: 300_000,
  drift: 'heal',
  rules: standardActions,
  exemptions: [],
  allowedMounts: [],
  capToHost: false,
  images: { pulls: 4, builds: 2, checkEveryMs: 86_400_000 },
  retention: { eventsMs: 30 * 86_400_000, plans: 200, revisions: 50 },
};

/** One shell or `.env` variable that interpolation read. The value is kept only as a keyed digest. */
export interface VariableRead {
  readonly name: string;
  /** Keyed digest of the value; absent: it was not set. */
  readonly digest?: string;
}

export interface Revision {
  /** `r` and 12 hex digits over the canonical content; equal content, equal id. */
  readonly id: string;
  readonly platform: string;
  readonly policy: Policy;
  /** The `-f` arguments as absolute paths, sorted: not part of the id. */
  readonly sources: readonly string[];
  /** Sorted by tier-free ref (`Kind/name`). */
  readonly resources: readonly Resource[];
  /** Shell variables only (`.env` is a file of the load). */
  readonly reads: readonly VariableRead[];
  readonly warnings: readonly Diagnostic[];
  /** Every file that was read, absolute: what a watcher follows. */
  readonly files: readonly string[];
  /**
   * Where paths of the host that the policy judges really led at the load, by the path as declared; absent: there. Not part
   * of the id.
   */
  readonly realPaths?: Readonly<Record<string, string>>;
  /** Loaded from this commit: not part of the id. */
  readonly commit?: Commit;
  /** The commit that it came in force with, where later ones changed nothing of it. */
  readonly cameWith?: Commit;
  /** With a commit: where its files are for containers, the same over all commits, and the folders there that none holds. */
  readonly lives?: { readonly at: string; readonly dataFolders: readonly string[] };
}

/** Of a platform that begins: nothing is declared yet. */
export function emptyRevision(platform: string): Revision {
  const nothing: never[] = [];
  return {
    id: 'r000000000000',
    platform,
    policy: defaultPolicy,
    sources: nothing,
    resources: nothing,
    reads: nothing,
    warnings: nothing,
    files: nothing,
  };
}

/** JSON with keys sorted at every level: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  // Every spec of every plan passes here: one string grown in place is several times faster than lists joined.
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields).sort()) {
    const field = fields[key];
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${canonicalJson(field)}`;
  }
  return `{${text}}`;
}

/** Content address of a value: first `length` hex digits of the SHA-256 of its canonical JSON. */
export function contentHash(value: unknown, length = 12): string {
  return hash('sha256', canonicalJson(value), 'hex').slice(0, length);
}

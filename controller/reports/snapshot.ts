// What is known of a platform at one moment, as reports are made from it. Gathered by whoever reads a store; the reports
// themselves are pure, so that the command line and the HTTP API say the same.

import type { Diagnostic } from '../../desired-state/diagnostic.ts';
import type { Ref, Resource, Workload } from '../../desired-state/resource.ts';
import { isWorkload, refOf } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import type { Facts } from '../../reconcilers/facts.ts';
import { madeSinceDone } from '../../reconcilers/outdated-jobs.ts';
import { quarantineOf, quarantineWords } from '../../reconcilers/rollout/quarantine.ts';
import type { StoredCondition } from '../store/store.ts';

/** A running controller, as its health endpoint tells it. */
export interface ControllerInfo {
  readonly pid: number;
  readonly version: string;
  readonly startedAt: string;
  readonly sources: readonly string[];
  /** It does not act: another leads, if anybody does. */
  readonly standby?: { readonly leader?: LeaderInfo };
}

/** Who leads a platform that several controllers share. */
export interface LeaderInfo {
  readonly by: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

export interface Snapshot {
  readonly at: number;
  readonly platform: string;
  /** In force; without a controller, what the manifests say now. Absent: nothing was ever in force. */
  readonly revision?: Revision;
  readonly inForce?: { readonly at: number; readonly by: string };
  readonly conditions: readonly StoredCondition[];
  readonly facts: Facts;
  readonly controller?: ControllerInfo;
  /** Where that is another than `controller`. */
  readonly leader?: LeaderInfo;
  /** Without a controller: the command that acts on it at this moment. */
  readonly acting?: { readonly command: string; readonly pid: number; readonly since: number };
  /** `controller`: kept up to date by one. `observed`: looked at just now. `remembered`: as it was when last seen. */
  readonly seen: 'controller' | 'observed' | 'remembered';
  /** Steps that apply would do now; absent where that was not worked out. */
  readonly pendingSteps?: number;
  /** Why it could not be looked at, or what is wrong with the manifests. */
  readonly trouble?: { readonly message: string; readonly diagnostics: readonly Diagnostic[] };
}

export interface OutdatedJob {
  readonly ref: Ref;
  /** By their names in the manifests. */
  readonly volumes: readonly string[];
}

/** Milliseconds as ISO 8601: what every report shows to programs. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

/** Refs a person may name: what is declared and what still has conditions. */
export function knownRefs(snapshot: Snapshot): readonly Ref[] {
  const declared = (snapshot.revision?.resources ?? []).map(refOf);
  const others = snapshot.conditions.map((c) => c.ref).filter((ref) => !ref.startsWith('Platform/'));
  return [...new Set([...declared, ...others])].sort();
}

/** What is wrong with the platform itself: a broken manifest, an engine that is away, a revision that failed. */
export function badPlatformConditions(snapshot: Snapshot): readonly StoredCondition[] {
  const { conditions } = snapshot;
  const stored = conditions.filter((c) => c.ref.startsWith('Platform/') && c.status === (c.type !== 'Ready'));
  return [...stored, ...quarantineCondition(snapshot)];
}

function quarantineCondition({ platform, facts, revision }: Snapshot): readonly StoredCondition[] {
  const found = quarantineOf(revision?.id ?? '', facts.quarantined);
  if (found === undefined) return [];
  return [
    {
      ref: `Platform/${platform}`,
      type: 'Degraded',
      status: true,
      reason: 'Quarantined',
      message: quarantineWords(found.id, found.quarantine),
      lastTransitionTime: found.quarantine.at,
    },
  ];
}

/** Jobs that are done and whose volumes were made anew since. */
export function outdatedJobs({ revision, facts }: Snapshot): readonly OutdatedJob[] {
  const declared = new Map((revision?.resources ?? []).map((resource) => [refOf(resource), resource]));
  return (Object.keys(facts.completed) as Ref[]).sort().flatMap((ref) => {
    const volumes = madeSinceDone(ref, declared, facts);
    return volumes.length === 0 ? [] : [{ ref, volumes }];
  });
}

export function resourceOf(snapshot: Snapshot, ref: Ref): Resource | undefined {
  return snapshot.revision?.resources.find((resource) => refOf(resource) === ref);
}

export function workloadOf(snapshot: Snapshot, ref: Ref): Workload | undefined {
  const resource = resourceOf(snapshot, ref);
  return resource !== undefined && isWorkload(resource) ? resource : undefined;
}

// Conditions: how a resource is, in the Kubernetes sense. Pure data; the controller keeps lastTransitionTime.

import type { Position } from '../desired-state/diagnostic.ts';
import type { Ref } from '../desired-state/resource.ts';

/**
 * `FailedOver`: a standby stands in for it; only of what has one. The others after it are the platform's alone. Where its
 * manifests are in git: it could not be asked, or what it has must not be followed; one commit alone is followed; what runs
 * again has not got the files of its commit. `MemoryLow`: its host has less memory available than it should have. `Outage`: so much of it is
 * down that a complete recovery begins by itself, or has one.
 */
export type ConditionType =
  | 'Ready'
  | 'Progressing'
  | 'Degraded'
  | 'Held'
  | 'FailedOver'
  | 'SyncFailed'
  | 'Pinned'
  | 'FilesNotBrought'
  | 'MemoryLow'
  | 'Outage';

export interface Condition {
  readonly type: ConditionType;
  readonly status: boolean;
  /** Stable CamelCase word: `Healthy`, `CrashLoopBackOff`, `NameTaken`, `VolumeLost`, `DependencyNotReady` … */
  readonly reason: string;
  /** A sentence for a person at 3 a.m. */
  readonly message: string;
}

export interface ResourceStatus {
  readonly ref: Ref;
  readonly conditions: readonly Condition[];
  /** Container the status is about, where there is one. */
  readonly containerId?: string;
  /** Spec hash that this container is now seen to have been brought to in place: news to be remembered. */
  readonly broughtTo?: string;
  /** Of one that is degraded: the manifest's line that asks for what cannot be. */
  readonly position?: Position;
}

// What a policy rule is: what it is called, what it finds in one workload, and what a person can do about it.

import type { Position } from '../diagnostic.ts';
import type { Volume, Workload } from '../resource.ts';

export const ruleNames = [
  'privileged',
  'dockerSocket',
  'hostNetwork',
  'hostPid',
  'capabilities',
  'mounts',
  'clearSecrets',
  'limits',
  'healthcheck',
  'latestTag',
  'imageDigest',
] as const;
export type RuleName = (typeof ruleNames)[number];

export const ruleActions = ['deny', 'warn', 'allow'] as const;
export type RuleAction = (typeof ruleActions)[number];

export interface Exemption {
  /** `Service/x`, or `x`. */
  readonly resource: string;
  readonly rules: readonly RuleName[];
  readonly reason: string;
}

/** What the rules judge by. */
export interface RuleSettings {
  /** Real folders from which bind mounts may come: those of the policy, and the manifests' own. */
  readonly allowedMounts: readonly string[];
  /** By manifest name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  /** Of an absolute path, with its links followed. */
  readonly realPath: (path: string) => string;
}

/** One thing that a workload asks for. */
export interface Breach {
  /** What sets it apart from others of the rule: a path, a variable's name; never a value. */
  readonly detail?: string;
  /** Where it is asked for; absent: the workload's own place. */
  readonly at?: Position;
}

export interface Rule {
  readonly name: RuleName;
  /** What is wrong, said of one workload or many: `mounts the engine's socket`. */
  readonly words: string;
  readonly remedy: string;
  /** Without a word in the manifest. */
  readonly standard: RuleAction;
  readonly check: (workload: Workload, settings: RuleSettings) => readonly Breach[];
}

/** Where a field is set, or what contains it: `container.mounts./data`, else `container.mounts`. */
export function placeOf({ positions }: Workload, field: string): { at?: Position } {
  for (let path = `container.${field}`; path.includes('.'); path = path.slice(0, path.lastIndexOf('.'))) {
    const at = positions[path];
    if (at !== undefined) return { at };
  }
  return {};
}

// The policy applied to a revision: every breach with its place, what is to be done about it, and what exempts it. Pure.

import { dirname } from 'node:path';
import type { Diagnostic, Position } from '../diagnostic.ts';
import { indexOf, withoutIndex } from '../instances.ts';
import { isWorkload, type Ref, refOf } from '../resource.ts';
import type { Revision } from '../revision.ts';
import type { Exemption, Rule, RuleAction, RuleName, RuleSettings } from './rule.ts';
import { ruleOf, rules } from './rules/index.ts';

export interface Finding {
  readonly rule: RuleName;
  readonly action: Exclude<RuleAction, 'allow'>;
  readonly ref: Ref;
  readonly detail?: string;
  readonly position: Position;
  /** Why it may be all the same. */
  readonly exempt?: string;
}

type Judged = Pick<Revision, 'policy' | 'resources' | 'sources' | 'files' | 'lives' | 'realPaths'>;

/** All findings, in the rules' order and then by ref. Of a workload with replicas once. */
export function policyFindings(revision: Judged): readonly Finding[] {
  const { policy, resources } = revision;
  const settings = settingsOf(revision);
  const workloads = resources.filter(isWorkload).filter((w) => indexOf(w.name) === 1);
  return rules.flatMap((rule) => {
    const action = policy.rules[rule.name];
    if (action === 'allow') return [];
    return workloads.flatMap((workload) => {
      const ref = refOf(workload);
      const exempt = exemptionOf(ref, rule, policy.exemptions)?.reason;
      return rule.check(workload, settings).map(
        ({ detail, at }): Finding => ({
          rule: rule.name,
          action,
          ref,
          position: at ?? workload.position,
          ...(detail === undefined ? {} : { detail }),
          ...(exempt === undefined ? {} : { exempt }),
        }),
      );
    });
  });
}

function settingsOf(revision: Judged): RuleSettings {
  const { policy, resources, realPaths = {} } = revision;
  const realPath = (path: string): string =>
    (Object.hasOwn(realPaths, path) ? realPaths[path] : undefined) ?? path;
  return {
    allowedMounts: [...policy.allowedMounts, ...ownFolders(revision)].map(realPath),
    volumes: new Map(resources.flatMap((r) => (r.kind === 'Volume' ? [[r.name, r]] : []))),
    realPath,
  };
}

/** Folders of what was loaded: files beside the manifests are the platform's own, and so is a whole commit. */
export function ownFolders({ sources, files, lives }: Pick<Judged, 'sources' | 'files' | 'lives'>): string[] {
  if (lives !== undefined) return [lives.at];
  const read = new Set(files);
  return sources.map((source) => (read.has(source) ? dirname(source) : source));
}

function exemptionOf(ref: Ref, rule: Rule, exemptions: readonly Exemption[]): Exemption | undefined {
  return exemptions.find((e) => e.rules.includes(rule.name) && names(e, ref));
}

function names({ resource }: Exemption, ref: Ref): boolean {
  const one = withoutIndex(ref);
  return resource === one || one.endsWith(`/${resource}`);
}

/** Exemptions that nothing needs: a resource that is gone, a rule that finds nothing in it. */
export function idleExemptions(revision: Judged, findings: readonly Finding[]): readonly Exemption[] {
  return revision.policy.exemptions.filter(
    (e) => !findings.some((f) => f.exempt !== undefined && e.rules.includes(f.rule) && names(e, f.ref)),
  );
}

/** What is denied and not exempt, as mistakes of the manifests. */
export function deniedDiagnostics(findings: readonly Finding[]): Diagnostic[] {
  return findings
    .filter((f) => f.action === 'deny' && f.exempt === undefined)
    .map((f) => ({
      severity: 'error',
      code: 'PolicyDenied',
      ...f.position,
      message: `${f.ref} ${sentenceOf(f)}; the policy denies it (${f.rule})`,
      hint: `${ruleOf(f.rule).remedy}; or exempt it with a reason in policy.exemptions`,
    }));
}

/** `mounts folders of the host outside the allowed ones: /etc`. */
function sentenceOf({ rule, detail }: Pick<Finding, 'rule' | 'detail'>): string {
  return detail === undefined ? ruleOf(rule).words : `${ruleOf(rule).words}: ${detail}`;
}

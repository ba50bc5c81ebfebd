// What the policy finds in a platform, grouped by rule and by what is asked for, with the remedy; and what is reserved of
// the host. Pure.

import type { Position } from '../../desired-state/diagnostic.ts';
import { type Finding, idleExemptions, policyFindings } from '../../desired-state/policy/findings.ts';
import type { Exemption, RuleName } from '../../desired-state/policy/rule.ts';
import { ruleOf, rules } from '../../desired-state/policy/rules/index.ts';
import { isWorkload, type Ref } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { type Capacity, capacityOf, type Host } from '../../reconcilers/capacity.ts';

export interface PolicyReport {
  readonly platform: string;
  readonly workloads: number;
  readonly denied: number;
  readonly warned: number;
  readonly exempt: number;
  /** The gravest first; rules that find nothing are absent. */
  readonly rules: readonly RuleReport[];
  /** Exemptions that nothing needs. */
  readonly idleExemptions: readonly Exemption[];
  /** Absent: no engine was asked, or none answered. */
  readonly capacity?: Capacity;
  readonly findings: readonly Finding[];
}

export interface RuleReport {
  readonly rule: RuleName;
  readonly action: 'deny' | 'warn';
  readonly words: string;
  readonly remedy: string;
  /** Not counting what is exempt. */
  readonly findings: number;
  readonly workloads: number;
  /** By what is asked for, most often asked first. */
  readonly groups: readonly {
    readonly detail?: string;
    readonly refs: readonly Ref[];
    readonly at: Position;
  }[];
  readonly exempt: readonly { readonly ref: Ref; readonly detail?: string; readonly reason: string }[];
}

export function policyReport(revision: Revision, host: Host | undefined): PolicyReport {
  const findings = policyFindings(revision);
  const live = findings.filter((f) => f.exempt === undefined);
  const found = new Set(findings.map((f) => f.rule));
  return {
    platform: revision.platform,
    workloads: revision.resources.filter(isWorkload).length,
    denied: live.filter((f) => f.action === 'deny').length,
    warned: live.filter((f) => f.action === 'warn').length,
    exempt: findings.length - live.length,
    rules: rules
      .filter(({ name }) => found.has(name))
      .map(({ name }) =>
        ruleReport(
          name,
          findings.filter((f) => f.rule === name),
        ),
      )
      .sort((a, b) => Number(b.action === 'deny') - Number(a.action === 'deny')),
    idleExemptions: idleExemptions(revision, findings),
    ...(host === undefined ? {} : { capacity: capacityOf(revision, host) }),
    findings,
  };
}

function ruleReport(rule: RuleName, findings: readonly Finding[]): RuleReport {
  const { words, remedy } = ruleOf(rule);
  const live = findings.filter((f) => f.exempt === undefined);
  const groups = new Map<string, { detail?: string; refs: Ref[]; at: Position }>();
  for (const { ref, detail, position } of live) {
    const group = groups.get(detail ?? '');
    if (group === undefined)
      groups.set(detail ?? '', { ...(detail === undefined ? {} : { detail }), refs: [ref], at: position });
    else if (!group.refs.includes(ref)) group.refs.push(ref);
  }
  return {
    rule,
    action: findings[0]?.action ?? 'warn',
    words,
    remedy,
    findings: live.length,
    workloads: new Set(live.map((f) => f.ref)).size,
    // A stable sort: groups of one size stay in the order of their first workload.
    groups: [...groups.values()].sort((a, b) => b.refs.length - a.refs.length),
    exempt: findings.flatMap(({ ref, detail, exempt }) =>
      exempt === undefined ? [] : [{ ref, reason: exempt, ...(detail === undefined ? {} : { detail }) }],
    ),
  };
}

/** `policy: 96 warnings (54 limits, 31 latestTag, …)`: one line for commands that have others to say. */
export function policySummary(revision: Revision): string | undefined {
  const live = policyFindings(revision).filter((f) => f.exempt === undefined);
  if (live.length === 0) return undefined;
  const counts = new Map<RuleName, number>();
  for (const { rule } of live) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const parts = [...counts].map(([rule, count]) => `${count} ${rule}`);
  return `policy: ${live.length} warning${live.length === 1 ? '' : 's'} (${parts.join(', ')})`;
}

// The policy's report on a screen: one block a rule, the gravest first, and what to do about it. With rules named, each
// finding with its place instead.

import type { Ref } from '../../../desired-state/resource.ts';
import { aboveWords, type Capacity, reservedWords } from '../../../reconcilers/capacity.ts';
import type { PolicyReport, RuleReport } from '../../reports/policy.ts';
import { counted, cut, hanging, wrap } from '../format.ts';
import { type Screen, typed } from '../screen.ts';

const groupsShown = 10;
const namesShown = 12;
const widestDetail = 40;

export function policyView(report: PolicyReport, screen: Screen): string {
  const blocks = [
    headline(report, screen),
    ...report.rules.filter((r) => r.findings > 0).map((r) => ruleBlock(r, screen)),
    ...exemptBlock(report, screen),
    ...(report.capacity === undefined ? [] : [capacityBlock(report.capacity, screen)]),
  ];
  return blocks.join('\n\n');
}

function headline({ platform, workloads, denied, warned, exempt }: PolicyReport, { paint }: Screen): string {
  const parts = [`${denied} denied`, `${warned} warned of`, `${exempt} exempt`];
  return paint.strong(`${platform}: ${counted(workloads, 'workload')}; ${parts.join(', ')}`);
}

function ruleBlock(rule: RuleReport, screen: Screen): string {
  const { paint, width } = screen;
  const word = rule.action === 'deny' ? paint.bad('DENIED') : paint.waiting('warned');
  const { findings, workloads } = rule;
  const count =
    findings === workloads
      ? counted(workloads, 'workload')
      : `${findings} in ${counted(workloads, 'workload')}`;
  const more = rule.groups.length - groupsShown;
  return [
    `${word}  ${paint.strong(rule.rule)}: ${count}`,
    `  ${hanging(rule.words, width, 2)}`,
    ...groupLines(rule.groups.slice(0, groupsShown), width),
    ...(more > 0
      ? [`    and ${counted(more, 'more kind', 'more kinds')}: ${typed(`reeve policy ${rule.rule}`, screen)}`]
      : []),
    paint.quiet(`  → ${hanging(rule.remedy, width, 4)}`),
  ].join('\n');
}

function groupLines(groups: RuleReport['groups'], width: number): string[] {
  const column = Math.min(widestDetail, Math.max(...groups.map(({ detail = '' }) => detail.length)));
  return groups.map(({ detail, refs }) => {
    const shown = refs.slice(0, namesShown).map(nameOf);
    if (refs.length > shown.length) shown.push(`and ${refs.length - shown.length} more`);
    const names = shown.join(', ');
    if (detail === undefined) return `    ${wrap(names, width - 4, 4)}`;
    const indent = 6 + column;
    return `    ${cut(detail, column).padEnd(column)}  ${wrap(names, Math.max(24, width - indent), indent)}`;
  });
}

function nameOf(ref: Ref): string {
  return ref.slice(ref.indexOf('/') + 1);
}

function exemptBlock({ rules, idleExemptions }: PolicyReport, { paint, width }: Screen): string[] {
  const lines = rules.flatMap((r) =>
    r.exempt.map(
      ({ ref, detail, reason }) =>
        `  ${hanging(`${ref} ${r.rule}${detail === undefined ? '' : ` ${detail}`}: ${reason}`, width, 4)}`,
    ),
  );
  const idle = idleExemptions.map((e) =>
    paint.waiting(
      `  ${hanging(`${e.resource} ${e.rules.join(', ')}: exempts nothing; take it away`, width, 4)}`,
    ),
  );
  return lines.length + idle.length === 0 ? [] : [[paint.strong('exempt'), ...lines, ...idle].join('\n')];
}

function capacityBlock(capacity: Capacity, { paint, width }: Screen): string {
  const { host, reserved, aboveHost } = capacity;
  const over = reserved.cpus > host.cpus || reserved.memoryBytes > host.memoryBytes;
  const sum = `${reservedWords(capacity)}${over ? ': more than the host has' : ''}`;
  const lines = aboveHost.slice(0, namesShown).map((a) => paint.bad(`  ${a.ref}: ${aboveWords(a)}`));
  const more = aboveHost.length - lines.length;
  const remedy =
    "set limits that the host can give, or policy.capToHost: true to have them taken down to the host's";
  return [
    paint.strong('the host'),
    `  ${over ? paint.waiting(hanging(sum, width, 2)) : sum}`,
    ...lines,
    ...(more > 0 ? [paint.bad(`  and ${counted(more, 'more limit')} above the host's`)] : []),
    ...(aboveHost.length > 0 ? [paint.quiet(`  → ${hanging(remedy, width, 4)}`)] : []),
  ].join('\n');
}

/** Each finding of the rules, by its place: for editors, and for the one who mends them. */
export function findingsView({ findings }: Pick<PolicyReport, 'findings'>): string {
  return findings
    .map(({ position: { file, line, column }, ref, rule, action, detail, exempt }) => {
      const what = detail === undefined ? '' : ` ${detail}`;
      const how = exempt === undefined ? (action === 'deny' ? 'denied' : 'warned') : `exempt (${exempt})`;
      return `${file}:${line}:${column}: ${ref} ${rule}${what}: ${how}`;
    })
    .join('\n');
}

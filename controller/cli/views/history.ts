// Revisions and plans as two short tables, newest last like all that is told in time.

import { commitWords } from '../../../desired-state/commit.ts';
import type { HistoryReport, PlanRow } from '../../reports/history.ts';
import { dateTime, flowing, took } from '../format.ts';
import type { Screen } from '../screen.ts';

export function historyView(report: HistoryReport, { width, paint }: Screen): string {
  if (report.revisions.length === 0) return `nothing was ever in force for ${report.platform}`;
  const revisions = report.revisions
    .toReversed()

    .map((r) => {
      const commit = r.commit === undefined ? '' : `${commitWords(r.commit)}, `;
      return [
        dateTime(Date.parse(r.inForceAt)),
        r.id + healthOf(r),
        r.by,
        `${commit}${r.sources.join(', ')}`,
      ];
    });
  const plans = report.plans
    .toReversed()
    .map((p) => [
      dateTime(Date.parse(p.at)),
      `${p.done}/${p.total}`,
      p.by,
      `${outcomeOf(p)} (${p.revision})`,
    ]);
  return [
    paint.strong('revisions in force'),
    ...flowing([['SINCE', 'REVISION', 'BY', 'SOURCES'], ...revisions], width),
    '',
    paint.strong('plans carried out'),
    ...(plans.length === 0
      ? ['none']
      : flowing([['AT', 'STEPS', 'BY', 'OUTCOME (REVISION)'], ...plans], width)),
  ].join('\n');
}

/** What a rollback would go back to, and what it would not. */
function healthOf({ stableSince, quarantined }: HistoryReport['revisions'][number]): string {
  if (quarantined === true) return ' (quarantined)';
  return stableSince === undefined ? '' : ' (stable)';
}

function outcomeOf(plan: PlanRow): string {
  if (plan.endedAt === undefined) return 'not finished';
  const time = took(Date.parse(plan.endedAt) - Date.parse(plan.at));
  const failed = plan.steps.find((step) => step.outcome === 'failed');
  if (failed === undefined) return plan.done === plan.total ? `done in ${time}` : `stopped after ${time}`;
  const more = plan.failed > 1 ? ` and ${plan.failed - 1} more` : '';
  return `failed: ${failed.ref} ${failed.op}${more}: ${failed.message ?? 'no reason given'}`;
}

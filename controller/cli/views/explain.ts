// The narrative of `explain`: how it is, what stands behind it, what happened, what to type.

import { commitWords } from '../../../desired-state/commit.ts';
import { formatDuration } from '../../../desired-state/units.ts';
import type { ExplainReport } from '../../reports/explain.ts';
import { failoverWords } from '../../reports/failovers.ts';
import type { ResourceRow } from '../../reports/resources.ts';
import type { EventRow } from '../../reports/status.ts';
import { age, clock, flowing, hanging, wrap } from '../format.ts';
import { type Screen, typed } from '../screen.ts';
import { failureLines } from './procedures.ts';
import { storyLines } from './story.ts';

export function explainView(report: ExplainReport, screen: Screen): string {
  return [
    ...headline(report, screen),
    ...background(report, screen),
    ...failureLines(report.lastFailure, screen),
    ...story(report.story, screen),
    ...next(report, screen),
  ].join('\n');
}

function headline({ ref, now }: ExplainReport, { paint, width, now: time }: Screen): string[] {
  const since = now.since === undefined ? '' : `, for ${age(time - Date.parse(now.since))}`;
  const tone = now.state === 'degraded' ? paint.bad : now.ready ? paint.good : paint.waiting;
  return [
    `${paint.strong(ref)} is ${tone(`${stateWord(now)} (${now.reason})`)}${since}`,
    `  ${wrap(now.message, width - 2, 2)}`,
  ];
}

const words = {
  ready: 'ready',
  progressing: 'on its way',
  degraded: 'degraded',
  waiting: 'waiting',
  unknown: 'not known',
} as const;

function stateWord(row: ResourceRow): string {
  return words[row.state];
}

function background(report: ExplainReport, { paint, now, width }: Screen): string[] {
  const lines: string[] = [];
  const { declared, hold, failover, suspended, roots, nextTryAt } = report;
  if (nextTryAt !== undefined) {
    const left = Math.max(0, Date.parse(nextTryAt) - now);
    lines.push(
      `next try at ${clock(Date.parse(nextTryAt), now)}, in ${formatDuration(Math.ceil(left / 1000) * 1000)}`,
    );
  }
  if (failover !== undefined) {
    const since = clock(Date.parse(failover.since), now);
    lines.push(paint.waiting(`since ${since} ${failoverWords(failover)}`));
  }
  if (hold !== undefined) {
    const until = hold.until === undefined ? 'until released' : `until ${clock(Date.parse(hold.until), now)}`;
    lines.push(
      paint.waiting(`held by ${hold.by} ${until}${hold.reason === undefined ? '' : `: ${hold.reason}`}`),
    );
  }
  if (suspended !== undefined) {
    lines.push(
      paint.waiting(
        `the platform is suspended (${suspended.reason}) by ${suspended.by}: reeve changes nothing`,
      ),
    );
  }
  for (const root of roots)
    lines.push(`waits for ${root.ref}, which is ${stateWord(root)} (${root.reason}): ${root.message}`);
  if (declared === undefined) lines.push('no manifest declares it');
  else {
    const { position } = declared;
    const force =
      declared.inForceSince === undefined
        ? 'not in force yet'
        : `in force since ${clock(Date.parse(declared.inForceSince), now)} by ${declared.by}`;
    const where =
      position === undefined ? '' : `declared at ${position.file}:${position.line}:${position.column}, `;
    const { commit, changedBy } = declared;
    if (changedBy !== undefined) lines.push(`as it is since ${commitWords(changedBy)}`);
    const from = commit === undefined ? '' : `${commitWords(commit)}, `;
    lines.push(`${where}${from}revision ${declared.revision}, ${force}`);
  }
  return ['', ...lines.map((line) => hanging(line, width))];
}

function story(events: readonly EventRow[], screen: Screen): string[] {
  if (events.length === 0) return ['', 'nothing is stored about it yet'];
  return ['', screen.paint.strong('what happened, newest last'), ...storyLines(events, screen)];
}

function next({ next: advice }: ExplainReport, screen: Screen): string[] {
  if (advice.length === 0) return ['', 'nothing needs to be done'];
  const rows = advice.map(({ command, why }) => [`  ${typed(command, screen)}`, why]);
  return ['', screen.paint.strong('next'), ...flowing(rows, screen.width)];
}

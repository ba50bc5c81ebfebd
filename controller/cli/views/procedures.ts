// Procedures on the screen: the batches before they run, the list, one with its log and what may be said to it.

import type { RestartPlan } from '../../procedures/restart-plan.ts';
import type {
  DetailReport,
  ProcedureReport,
  ProcedureRow,
  RecoveryReport,
} from '../../reports/procedures.ts';
import { age, clock, counted, dateTime, flowing, hanging, took } from '../format.ts';
import type { Screen } from '../screen.ts';

export function batchesView(
  { batches, settleMs, leastMs, held }: RestartPlan,
  { width, paint }: Screen,
): string {
  const total = batches.reduce((sum, b) => sum + b.refs.length, 0);
  const lines = batches.map(({ tier, refs }, i) => [`  ${i + 1}`, tier, refs.join(', ')]);
  return [
    ...flowing([['BATCH', 'TIER', 'RESTARTED TOGETHER'], ...lines], width),
    '',
    `${paint.strong(counted(total, 'workload'))} in ${counted(batches.length, 'batch', 'batches')}, ${age(settleMs)} to settle after each: ${age(leastMs)} and the time that they take to be ready`,
    ...(held.length === 0 ? [] : [hanging(`held, and left as they are: ${held.join(', ')}`, width)]),
  ].join('\n');
}

export function proceduresView(
  report: { readonly platform: string; readonly procedures: readonly ProcedureRow[] },
  { width }: Screen,
): string {
  if (report.procedures.length === 0) return `no procedure ever ran for ${report.platform}`;
  const rows = report.procedures.map((p) => [
    p.id,
    p.endedAt === undefined ? p.state : `${p.state} (ended)`,
    `${p.done}/${p.total}`,
    dateTime(Date.parse(p.beganAt)),
    p.by,
    p.message,
  ]);
  return flowing([['ID', 'STATE', 'DONE', 'SINCE', 'BY', 'WHAT'], ...rows], width).join('\n');
}

export function procedureView(report: ProcedureReport, screen: Screen): string {
  const { paint, width } = screen;
  const { id, kind, by, state, message, choices, nextDeadline, endedAt } = report;
  const now = Date.now();
  return [
    `${paint.strong(id)}  ${kind}, by ${by}`,
    hanging(`${state}: ${message}`, width),
    ...(nextDeadline === undefined ? [] : [`next deadline ${clock(Date.parse(nextDeadline), now)}`]),
    ...(endedAt === undefined ? [] : [`ended ${clock(Date.parse(endedAt), now)}`]),
    ...stageLines(report, screen),
    ...detailLines(report.details, screen),
    '',
    ...report.log.map((line) => transitionLine(line, screen)),
    ...(choices.length === 0 ? [] : ['', ...choices.map((choice) => `  reeve decide ${id} ${choice}`)]),
  ].join('\n');
}

/** What has begun, how long each took to be ready, and who did not get there. */
export function stageLines({ stages }: ProcedureReport, { width, paint }: Screen): string[] {
  if (stages.length === 0) return [];
  const rows = stages.map(({ name, refs, beganAt, readyAt, failed }) => [
    `  ${name}`,
    clock(Date.parse(beganAt), Date.now()),
    readyAt === undefined ? '–' : took(Date.parse(readyAt) - Date.parse(beganAt)),
    refs.map((ref) => (failed.includes(ref) ? paint.bad(`${ref} not ready`) : ref)).join(', '),
  ]);
  const whys = stages.flatMap(({ why = {} }) => Object.entries(why));
  return [
    '',
    ...flowing([['  STAGE', 'BEGAN', 'READY IN', 'WHAT'], ...rows], width),
    ...whys.map(([ref, words]) => hanging(`  ${paint.bad(ref)} ${words}`, width)),
  ];
}

/** What was found out, by name. */
function detailLines(details: readonly DetailReport[], { width, paint }: Screen): string[] {
  const rows = details.flatMap(({ name, lines, at }) => {
    const when = at === undefined ? '' : ` ${clock(Date.parse(at), Date.now())}`;
    return lines.map((line, i) => [i === 0 ? `  ${paint.strong(name)}${when}` : '', line]);
  });
  return rows.length === 0 ? [] : ['', ...flowing(rows, width)];
}

/** The last failure on another sheet: the newest of its last words and events alone. */
export function failureLines(failure: RecoveryReport | undefined, screen: Screen): string[] {
  if (failure === undefined) return [];
  const details = failure.details.map((d) =>
    d.name === 'log' || d.name === 'events' ? { ...d, lines: d.lines.slice(-lastWords) } : d,
  );
  const { paint, width } = screen;
  return [
    '',
    hanging(`${paint.strong('last failure')}  ${failure.state}: ${failure.message}`, width),
    ...detailLines(details, screen).slice(1),
  ];
}

const lastWords = 5;

export function transitionLine(line: ProcedureReport['log'][number], { width }: Screen): string {
  const who = line.by === undefined ? '' : ` [${line.by}]`;
  return hanging(
    `  ${clock(Date.parse(line.at), Date.now())}  ${line.state.padEnd(10)}  ${line.message}${who}`,
    width,
  );
}

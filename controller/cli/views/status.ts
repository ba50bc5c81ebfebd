// The status screen: an operator's first look. What needs a hand stands first, the counts last.

import { type Commit, commitWords } from '../../../desired-state/commit.ts';
import { liftedBy } from '../../../reconcilers/lifted-by.ts';
import { failoverWords } from '../../reports/failovers.ts';
import type { ProcedureRow } from '../../reports/procedures.ts';
import type { ResourceRow } from '../../reports/resources.ts';
import type { EventRow, HoldRow, StatusReport } from '../../reports/status.ts';
import { age, clock, counted, flowing, hanging } from '../format.ts';
import { type Screen, typed } from '../screen.ts';

/** Rows of what is not ready before the rest is only counted. */
const shownRows = 15;
/** What waits for a person is long, and stands in the list below too. */
const shownDecisions = 4;

export function statusView(report: StatusReport, screen: Screen): string {
  return [
    ...head(report, screen),
    ...comingIn(report, screen),
    ...handsOff(report, screen),
    ...failedOver(report, screen),
    ...trouble(report, screen),
    ...decisions(report.decisions, screen),
    '',
    summary(report, screen),
    ...notReady(report.notReady, screen),
    ...outdated(report, screen),
    ...warnings(report.warnings, screen),
  ].join('\n');
}

function head(report: StatusReport, screen: Screen): string[] {
  const { paint, now, width } = screen;
  const lines = [`${paint.strong(report.platform)}  ${keeper(report, now)}`];
  const { revision } = report;
  if (revision === undefined)
    return [...lines, `nothing has been applied yet: ${typed('reeve plan', screen)} shows what would be`];
  const since =
    revision.inForceSince === undefined
      ? 'not in force yet'
      : `in force since ${clock(Date.parse(revision.inForceSince), now)} by ${revision.by}`;
  const { commit, sources } = revision;
  const what = commit === undefined ? '' : `${commitWords(commit)}, `;
  const signed = commit === undefined ? '' : signedWords(commit);
  const where = commit === undefined ? '' : `, ${commit.ref}`;
  return [
    ...lines,
    hanging(`${what}revision ${revision.id}, ${since}`, width),
    hanging(`from ${sources.join(', ')}${where}${signed}`, width),
  ];
}

function signedWords({ signedBy, unverified }: Commit): string {
  if (signedBy !== undefined) return `, signed by ${signedBy}`;
  return unverified === undefined ? '' : `, NOT VERIFIED: ${unverified}`;
}

function comingIn({ comingIn: row }: StatusReport, { width, paint }: Screen): string[] {
  return row === undefined ? [] : [paint.waiting(hanging(`${row.id}: ${row.message}`, width))];
}

function keeper(report: StatusReport, now: number): string {
  const { controller, leader } = report;
  const standsBy = controller === undefined ? '' : `; the controller here (pid ${controller.pid}) stands by`;
  if (leader !== undefined) {
    const led = age(now - Date.parse(leader.since));
    return `led by ${leader.by} (pid ${leader.pid} on ${leader.host}, for ${led})${standsBy}`;
  }
  if (controller?.standby !== undefined) return `nobody leads at this moment${standsBy}`;
  if (controller !== undefined) {
    return `kept by a controller (pid ${controller.pid}, up ${age(now - Date.parse(controller.startedAt))})`;
  }
  if (report.acting !== undefined) {
    const { by, pid, since } = report.acting;
    return `no controller runs: ${by} is at work on it (pid ${pid}, for ${age(now - Date.parse(since))})`;
  }
  if (report.seen === 'observed') return 'no controller runs: looked at just now, kept by nobody';
  return 'no controller runs: this is how it was when last seen';
}

function handsOff(report: StatusReport, screen: Screen): string[] {
  const lines = report.held.map((hold) => heldLine(hold, screen));
  if (report.suspended !== undefined) {
    const { since, by, reason, why: said } = report.suspended;
    const when = clock(Date.parse(since), screen.now);
    const why = suspendedWhy[reason] ?? reason;
    const words = said === undefined ? '' : ` (${said})`;
    const ends = liftedBy[reason].map((verb) => typed(`reeve ${verb}`, screen)).join(' or ');
    lines.unshift(`SUSPENDED since ${when} by ${by}${words}: ${why}; ${ends} ends it`);
  }
  return lines.map((line) => screen.paint.waiting(hanging(line, screen.width)));
}

const suspendedWhy: Readonly<Record<string, string>> = {
  Suspended: 'reeve changes nothing',
  StoreLost: 'the state folder was lost, and holds may have been lost with it',
  Down: 'it was taken down',
  NotAdopted: 'Compose made what is here, and nobody has adopted it (reeve adopt, or apply)',
  NotApplied: 'it was adopted, and what differs waits for reeve apply',
  Disowned: 'it was given back to Compose (reeve adopt, or apply, takes it again)',
};

function failedOver({ failedOver: rows }: StatusReport, { paint, width, now }: Screen): string[] {
  return rows.map((row) => {
    const how = row.phase === 'serving' ? 'FAILED OVER' : 'FAILOVER';
    return paint.bad(
      hanging(`${how} since ${clock(Date.parse(row.since), now)}: ${failoverWords(row)}`, width),
    );
  });
}

function heldLine(hold: HoldRow, screen: Screen): string {
  const until =
    hold.until === undefined ? 'until released' : `until ${clock(Date.parse(hold.until), screen.now)}`;
  const how = hold.stopped ? 'HELD STOPPED' : 'HELD';
  const why = hold.reason === undefined ? '' : `: ${hold.reason}`;
  return `${how} ${hold.ref} ${until} by ${hold.by}${why}; ${typed(`reeve release ${hold.ref}`, screen)} ends it`;
}

function trouble(report: StatusReport, { paint, width, now }: Screen): string[] {
  const lines = report.platformConditions.map((c) =>
    hanging(`${c.reason} since ${clock(Date.parse(c.since), now)}: ${c.message}`, width),
  );
  if (report.trouble !== undefined) lines.push(hanging(report.trouble, width));
  return lines.map(paint.bad);
}

/** What goes on only by a person's word, or slowly without it. */
function decisions(rows: readonly ProcedureRow[], screen: Screen): string[] {
  const lines = rows
    .slice(0, shownDecisions)
    .map(({ id, message }) =>
      hanging(`WAITS FOR YOU ${message}; ${typed(`reeve procedures show ${id}`, screen)}`, screen.width),
    );
  const more = rows.length - lines.length;
  if (more > 0) lines.push(`and ${more} more: ${typed('reeve procedures', screen)} lists them`);
  return lines.map(screen.paint.bad);
}

function summary(report: StatusReport, screen: Screen): string {
  const { paint } = screen;
  const { counts, ready, total, pendingSteps } = report;
  const ratio = `${ready} of ${total} ready`;
  const parts = [ready === total ? paint.good(ratio) : ratio];
  if (counts.degraded > 0) parts.push(paint.bad(`${counts.degraded} degraded`));
  if (counts.progressing > 0) parts.push(paint.waiting(`${counts.progressing} progressing`));
  if (counts.waiting > 0) parts.push(paint.waiting(`${counts.waiting} waiting`));
  if (counts.unknown > 0) parts.push(`${counts.unknown} not looked at`);
  if (pendingSteps !== undefined && pendingSteps > 0) {
    parts.push(`${counted(pendingSteps, 'step')} to do (${typed('reeve plan', screen)})`);
  }
  return parts.join(', ');
}

function notReady(rows: readonly ResourceRow[], screen: Screen): string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, shownRows);
  const lines = flowing(
    shown.map((row) => [
      `  ${row.ref}`,
      row.reason,
      row.since === undefined ? '' : age(screen.now - Date.parse(row.since)),
      row.message,
    ]),
    screen.width,
  ).map((line, i) => (shown[i]?.state === 'degraded' ? screen.paint.bad(line) : line));
  const more = rows.length - shown.length;
  if (more > 0) lines.push(`  and ${more} more: ${typed('reeve get', screen)} lists them`);
  return [...lines, `  ${typed(`reeve explain ${rows[0]?.ref}`, screen)} tells why`];
}

function outdated({ outdatedJobs }: StatusReport, screen: Screen): string[] {
  return outdatedJobs.map(({ ref, volumes }) => {
    const why = `${ref} was done before volume ${volumes.join(', ')} was made anew`;
    const line = `${why}; ${typed(`reeve rerun ${ref}`, screen)} runs it once more`;
    return screen.paint.waiting(hanging(line, screen.width));
  });
}

function warnings(rows: readonly EventRow[], screen: Screen): string[] {
  if (rows.length === 0) return [];
  const lines = flowing(
    rows.map((row) => [
      `  ${clock(Date.parse(row.at), screen.now)}`,
      row.regarding,
      row.reason,
      row.count > 1
        ? `${row.message} (${row.count} times since ${clock(Date.parse(row.firstAt), screen.now)})`
        : row.message,
    ]),
    screen.width,
  );
  return ['', 'last warnings', ...lines];
}

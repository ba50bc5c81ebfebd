// How an apply or a down ended: one line, and for each failure its cause, its last words and the next command.

import type { ApplyOutcome, Failure } from '../../control.ts';
import { counted, hanging, took } from '../format.ts';
import type { Screen } from '../screen.ts';

const shownFailures = 10;

export function outcomeView(outcome: ApplyOutcome, screen: Screen): string {
  const { paint } = screen;
  if (outcome.blocked !== undefined) {
    return paint.bad(`blocked: ${outcome.blocked.message} (${outcome.blocked.reason}); nothing was done`);
  }
  const counts = `${counted(outcome.stepsDone, 'step')} done, ${outcome.ready} of ${outcome.total} ready, in ${took(outcome.ms)}`;
  if (outcome.ok) return paint.good(`applied: ${counts}`);
  const shown = outcome.failures.slice(0, shownFailures);
  const more = outcome.failures.length - shown.length;
  return [
    paint.bad(`not all is well: ${counts}`),
    ...shown.flatMap((failure) => failureLines(failure, screen)),
    ...(more > 0 ? ['', `and ${more} more: reeve status lists them`] : []),
  ].join('\n');
}

function failureLines({ ref, reason, message, logLines, next }: Failure, { paint, width }: Screen): string[] {
  return [
    '',
    hanging(`${paint.bad(ref)} ${reason}: ${message}`, width),
    ...logLines.map((line) => paint.quiet(`  | ${line}`)),
    `  next: ${next}`,
  ];
}

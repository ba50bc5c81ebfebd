// How an apply or a down ended: one line, and for each failure its cause, its last words and the next command.

import { liftingWords } from '../../../reconcilers/lifted-by.ts';
import type { ApplyOutcome, Failure } from '../../control.ts';
import { counted, hanging, took } from '../format.ts';
import type { Screen } from '../screen.ts';

const shownFailures = 10;

export function outcomeView(outcome: ApplyOutcome, screen: Screen): string {
  const { paint } = screen;
  if (outcome.blocked !== undefined) return blockedLine(outcome.blocked, screen);
  if (outcome.interrupted === true) return interruptedLine(outcome, 'apply', screen);
  const counts = `${counted(outcome.stepsDone, 'step')} done, ${outcome.ready} of ${outcome.total} ready, in ${took(outcome.ms)}`;
  if (outcome.ok) return paint.good(`applied: ${counts}`);
  const back =
    outcome.rolledBackTo === undefined
      ? []
      : [
          '',
          hanging(
            `revision ${outcome.rolledBackTo} runs again; ${outcome.revision} is quarantined until the manifests change, or: reeve apply --lift-quarantine`,
            screen.width,
          ),
        ];
  return [paint.bad(`not all is well: ${counts}`), ...failures(outcome, screen), ...back].join('\n');
}

/** The same for `down`, where nothing is to be ready. */
export function downOutcomeView(outcome: ApplyOutcome, screen: Screen): string {
  const { paint } = screen;
  if (outcome.blocked !== undefined) return blockedLine(outcome.blocked, screen);
  if (outcome.interrupted === true) return interruptedLine(outcome, 'down', screen);
  const counts = `${counted(outcome.stepsDone, 'step')} done, in ${took(outcome.ms)}`;
  if (outcome.ok) return paint.good(`taken down: ${counts}; it stays so until ${liftingWords('Down')}`);
  return [paint.bad(`not all is gone: ${counts}`), ...failures(outcome, screen)].join('\n');
}

function blockedLine({ reason, message }: { reason: string; message: string }, { paint }: Screen): string {
  return paint.bad(`blocked: ${message} (${reason}); nothing was done`);
}

function interruptedLine({ stepsDone, ms }: ApplyOutcome, verb: 'apply' | 'down', { paint }: Screen): string {
  const counts = `${counted(stepsDone, 'step')} done, in ${took(ms)}`;
  return paint.waiting(`interrupted: ${counts}; reeve ${verb} goes on where it stood`);
}

function failures(outcome: ApplyOutcome, screen: Screen): readonly string[] {
  const shown = outcome.failures.slice(0, shownFailures);
  const more = outcome.failures.length - shown.length;
  return [
    ...shown.flatMap((failure) => failureLines(failure, screen)),
    ...(more > 0 ? ['', `and ${more} more: reeve status lists them`] : []),
  ];
}

function failureLines({ ref, reason, message, logLines, next }: Failure, { paint, width }: Screen): string[] {
  return [
    '',
    hanging(`${paint.bad(ref)} ${reason}: ${message}`, width),
    ...logLines.map((line) => paint.quiet(`  | ${line}`)),
    `  next: ${next}`,
  ];
}

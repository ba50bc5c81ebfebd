// An apply while it runs: a compact screen on a terminal, one line a fact when piped.

import type { Progress } from '../../control.ts';
import { columns, counted, cut, took } from '../format.ts';
import type { ProgressState, Waiting } from '../progress.ts';
import type { Screen } from '../screen.ts';
import { did, doing } from './step-words.ts';

const shownRunning = 6;
const shownFailed = 5;
const shownWaiting = 6;
const barWidth = 20;

/** The whole screen; never more than about 25 lines, whatever the size of the platform. */
export function progressView(state: ProgressState, screen: Screen): string {
  const { paint, width } = screen;
  const lines = columns(
    state.waves
      .filter((wave) => wave.total > 0)
      .map(({ wave, done, failed, total }) => [
        `wave ${wave}`,
        paint.quiet('[') + bar(done, failed, total, screen) + paint.quiet(']'),
        `${done}/${total}${failed > 0 ? paint.bad(` ${failed} failed`) : ''}`,
      ]),
  );
  for (const step of state.running.slice(0, shownRunning)) {
    const note = step.note === undefined ? '' : `: ${step.note}`;
    lines.push(cut(`  ${step.ref} ${doing(step.op)} ${took(screen.now - step.since)}${note}`, width));
  }
  if (state.running.length > shownRunning)
    lines.push(`  and ${state.running.length - shownRunning} more at once`);
  for (const failure of state.failed.slice(-shownFailed)) {
    lines.push(paint.bad(cut(`  ${failure.ref} ${doing(failure.op)} failed: ${failure.message}`, width)));
  }
  if (state.total > 0) {
    lines.push(`${state.ready} of ${state.total} ready after ${took(screen.now - state.startedAt)}`);
  }
  return [...lines, ...waitingLines(state, screen)].join('\n');
}

function bar(done: number, failed: number, total: number, { paint }: Screen): string {
  const filled = Math.round((done / total) * barWidth);
  const bad = failed === 0 ? 0 : Math.max(1, Math.round((failed / total) * barWidth));
  const rest = Math.max(0, barWidth - filled - bad);
  return paint.good('#'.repeat(filled)) + paint.bad('!'.repeat(bad)) + '.'.repeat(rest);
}

/** Only once the steps are through is waiting what one waits for. */
function waitingLines(state: ProgressState, { paint, width }: Screen): string[] {
  if (state.running.length > 0 || state.waiting.length === 0) return [];
  const lines = groupWaiting(state.waiting)
    .slice(0, shownWaiting)
    .map((line) => paint.waiting(cut(`  waiting for ${line}`, width)));
  return lines;
}

/** 60 agents that wait for one thing are one line. */
function groupWaiting(waiting: readonly Waiting[]): readonly string[] {
  const groups = Map.groupBy(waiting, (w) => `${w.reason}: ${w.message}`);
  return [...groups].map(([why, [first, ...others]]) => {
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `${first?.ref}${more}: ${why}`;
  });
}

/** The same for a pipe or a log: undefined where a message is not worth a line. */
export function progressLine(progress: Progress, before: ProgressState): string | undefined {
  switch (progress.type) {
    case 'step': {
      if (progress.state === 'started' || progress.state === 'unchanged') return undefined;
      const place = `wave ${progress.wave}  ${progress.ref}`;
      if (progress.state === 'failed')
        return `${place} ${doing(progress.op)} failed: ${progress.message ?? ''}`;
      const time = progress.ms === undefined ? '' : ` (${took(progress.ms)})`;
      return `${place} ${did(progress.op)}${time}`;
    }
    case 'note':
      return `${progress.ref}: ${progress.message}`;
    case 'status':
      return progress.ready === before.ready && progress.total === before.total
        ? undefined
        : `${progress.ready} of ${progress.total} ready`;
    case 'plan':
      // The first plan was shown before; a later one is what was left after it.
      return before.waves.length === 0 || progress.plan.steps.length === 0
        ? undefined
        : `another pass: ${counted(progress.plan.steps.length, 'step')}`;
    case 'outcome':
      return undefined;
  }
}

// An apply while it runs: a compact screen on a terminal, one line a fact when piped.

import type { Progress } from '../../control.ts';
import { columns, counted, cut, took } from '../format.ts';
import { type ProgressState, type WaveProgress, waveProgress } from '../progress.ts';
import type { Screen } from '../screen.ts';
import type { Waiting } from '../unready.ts';
import { did, doing } from './step-words.ts';

const shownWaves = 5;
const shownRunning = 5;
const shownFailed = 5;
const shownWaiting = 6;
const barWidth = 20;

/** The whole screen; never more than about 25 lines, whatever the size of the platform. */
export function progressView(state: ProgressState, screen: Screen): string {
  const { paint, width } = screen;
  const lines = waveLines(state, screen);
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
    const further = state.further === 0 ? '' : `, ${counted(state.further, 'further step')}`;
    lines.push(
      `${state.ready} of ${state.total} ready after ${took(screen.now - state.startedAt)}${further}`,
    );
  }
  return [...lines, ...waitingLines(state, screen)].join('\n');
}

/** Waves that are through are one line together: a deep platform has dozens. */
function waveLines(state: ProgressState, screen: Screen): string[] {
  const waves = waveProgress(state);
  const through = waves.filter((wave) => wave.done === wave.total);
  const rest = waves.filter((wave) => wave.done < wave.total);
  const rows = rest.slice(0, shownWaves).map((wave) => waveRow(`wave ${wave.wave}`, wave, screen));
  if (through.length > 0) {
    const done = through.reduce((sum, wave) => sum + wave.total, 0);
    const name = `${counted(through.length, 'wave')} done`;
    rows.unshift(waveRow(name, { wave: 0, total: done, done, failed: 0 }, screen));
  }
  const more = rest.length - shownWaves;
  return [...columns(rows), ...(more > 0 ? [`and ${counted(more, 'wave')} more`] : [])];
}

function waveRow(name: string, { done, failed, total }: WaveProgress, screen: Screen): string[] {
  const { paint } = screen;
  const broken = failed > 0 ? paint.bad(` ${failed} failed`) : '';
  return [name, `[${bar(done, failed, total, screen)}] ${done}/${total}${broken}`];
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
      // A start that is tried again has its wave behind it.
      const wave = before.ended[progress.id] === 'done' ? undefined : before.planned[progress.id];
      const place = `${wave === undefined ? 'then  ' : `wave ${wave}`}  ${progress.ref}`;
      if (progress.state === 'failed')
        return `${place} ${doing(progress.op)} failed: ${progress.message ?? ''}`;
      const time = progress.ms === undefined ? '' : ` (${took(progress.ms)})`;
      return `${place} ${did(progress.op)}${time}`;
    }
    case 'note':
      return `${progress.ref}: ${progress.message}`;
    case 'status':
      return statusLines(progress, before);
    case 'plan':
    case 'outcome':
      return undefined;
  }
}

/** Follow from others that have a line of their own. */
const followsFromOthers = new Set(['DependencyNotReady', 'ModelNotReady']);

/** How many are ready where that changed, and what has become broken since. */
function statusLines(
  { ready, total, statuses }: Extract<Progress, { type: 'status' }>,
  before: ProgressState,
): string | undefined {
  const known = new Set(before.waiting.map((w) => `${w.ref} ${w.reason}`));
  const lines = ready === before.ready && total === before.total ? [] : [`${ready} of ${total} ready`];
  for (const { ref, conditions } of statuses) {
    const broken = conditions.find((c) => c.type === 'Degraded' && c.status);
    if (broken === undefined || followsFromOthers.has(broken.reason) || known.has(`${ref} ${broken.reason}`))
      continue;
    lines.push(`${ref} is degraded (${broken.reason}): ${broken.message}`);
  }
  return lines.length === 0 ? undefined : lines.join('\n');
}

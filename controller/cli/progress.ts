// Follows an apply as plain data: what runs, what is done, what is waited for. Pure; the views draw it.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { Progress } from '../control.ts';
import { unready } from './unready.ts';

export interface WaveProgress {
  readonly wave: number;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
}

export interface RunningStep {
  readonly id: string;
  readonly ref: Ref;
  readonly op: string;
  readonly since: number;
  readonly note?: string;
}

export interface Waiting {
  readonly ref: Ref;
  readonly reason: string;
  readonly message: string;
}

export interface ProgressState {
  readonly startedAt: number;
  readonly waves: readonly WaveProgress[];
  readonly running: readonly RunningStep[];
  readonly failed: readonly { readonly ref: Ref; readonly op: string; readonly message: string }[];
  readonly waiting: readonly Waiting[];
  readonly ready: number;
  readonly total: number;
}

export function startProgress(at: number): ProgressState {
  return { startedAt: at, waves: [], running: [], failed: [], waiting: [], ready: 0, total: 0 };
}

/** The state after one more message. */
export function followProgress(state: ProgressState, progress: Progress, at: number): ProgressState {
  switch (progress.type) {
    case 'plan':
      return { ...state, waves: planned(state.waves, progress.plan.steps) };
    case 'step':
      return followStep(state, progress, at);
    case 'note':
      return {
        ...state,
        running: state.running.map((step) =>
          step.ref === progress.ref ? { ...step, note: progress.message } : step,
        ),
      };
    case 'status':
      return {
        ...state,
        ready: progress.ready,
        total: progress.total,
        waiting: progress.statuses.flatMap((status) => unready(status) ?? []),
      };
    case 'outcome':
      return { ...state, running: [], ready: progress.outcome.ready, total: progress.outcome.total };
  }
}

/** A later pass of the same apply plans what is left: its steps come on top of those done. */
function planned(waves: readonly WaveProgress[], steps: readonly Step[]): readonly WaveProgress[] {
  const totals = new Map<number, number>();
  for (const { wave } of steps) totals.set(wave, (totals.get(wave) ?? 0) + 1);
  const numbers = [...new Set([...waves.map((w) => w.wave), ...totals.keys()])].sort((a, b) => a - b);
  return numbers.map((wave) => {
    const before = waves.find((w) => w.wave === wave) ?? { wave, done: 0, failed: 0 };
    return { ...before, total: before.done + (totals.get(wave) ?? 0) };
  });
}

type StepProgress = Extract<Progress, { type: 'step' }>;

function followStep(state: ProgressState, step: StepProgress, at: number): ProgressState {
  if (step.state === 'started') {
    const { id, ref, op } = step;
    return { ...state, running: [...state.running, { id, ref, op, since: at }] };
  }
  const failed = step.state === 'failed';
  return {
    ...state,
    running: state.running.filter((running) => running.id !== step.id),
    waves: state.waves.map((wave) =>
      wave.wave === step.wave
        ? { ...wave, done: wave.done + (failed ? 0 : 1), failed: wave.failed + (failed ? 1 : 0) }
        : wave,
    ),
    failed: failed
      ? [...state.failed, { ref: step.ref, op: step.op, message: step.message ?? 'failed' }]
      : state.failed,
  };
}

// Follows an apply as plain data: what runs, what is done, what is waited for. Pure; the views draw it.

import type { Ref } from '../../desired-state/resource.ts';
import type { Step } from '../../reconcilers/plan.ts';
import type { Progress } from '../control.ts';
import { unready, type Waiting } from './unready.ts';

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

export interface ProgressState {
  readonly startedAt: number;
  /** Step id → its wave, of the plan that was shown. Later passes number their waves anew. */
  readonly planned: Readonly<Record<string, number>>;
  /** How each planned step ended last. */
  readonly ended: Readonly<Record<string, 'done' | 'failed'>>;
  /** Steps that were not in the plan that was shown: starts that are tried again, and the like. */
  readonly further: number;
  readonly running: readonly RunningStep[];
  readonly failed: readonly {
    readonly id: string;
    readonly ref: Ref;
    readonly op: string;
    readonly message: string;
  }[];
  readonly waiting: readonly Waiting[];
  readonly ready: number;
  readonly total: number;
}

export function startProgress(at: number): ProgressState {
  return {
    startedAt: at,
    planned: {},
    ended: {},
    further: 0,
    running: [],
    failed: [],
    waiting: [],
    ready: 0,
    total: 0,
  };
}

/** The state after one more message. */
export function followProgress(state: ProgressState, progress: Progress, at: number): ProgressState {
  switch (progress.type) {
    case 'plan':
      return { ...state, planned: { ...wavesById(progress.plan.steps), ...state.planned } };
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

/** Each wave of the plan that was shown, with how far it is. */
export function waveProgress({ planned, ended }: ProgressState): readonly WaveProgress[] {
  const ids = Object.keys(planned);
  const waves = [...new Set(Object.values(planned))].sort((a, b) => a - b);
  return waves.map((wave) => {
    const own = ids.filter((id) => planned[id] === wave);
    return {
      wave,
      total: own.length,
      done: own.filter((id) => ended[id] === 'done').length,
      failed: own.filter((id) => ended[id] === 'failed').length,
    };
  });
}

function wavesById(steps: readonly Step[]): Readonly<Record<string, number>> {
  return Object.fromEntries(steps.map((step) => [step.id, step.wave]));
}

type StepProgress = Extract<Progress, { type: 'step' }>;

function followStep(state: ProgressState, step: StepProgress, at: number): ProgressState {
  const { id, ref, op } = step;
  if (step.state === 'started') {
    return { ...state, running: [...state.running, { id, ref, op, since: at }] };
  }
  const failed = step.state === 'failed';
  const known = id in state.planned;
  // What is tried again and succeeds has not failed.
  const others = state.failed.filter((failure) => failure.id !== id);
  return {
    ...state,
    running: state.running.filter((running) => running.id !== id),
    ended: known ? { ...state.ended, [id]: failed ? 'failed' : 'done' } : state.ended,
    further: state.further + (known ? 0 : 1),
    failed: failed ? [...others, { id, ref, op, message: step.message ?? 'failed' }] : others,
  };
}

// Steps of our own as the rest of the loop must see them: what they stop, what they make stale, what their failure is
// called. Pure but for the observer that is told.

import type { Step } from '../../reconcilers/plan.ts';
import type { StepOutcome } from '../engine.ts';
import type { Observer } from './observer.ts';

/** The container of this step ends by our hand. */
export function stops(step: Step): boolean {
  return step.op === 'stopContainer' || step.op === 'restartContainer' || step.op === 'removeContainer';
}

/** The container of this step begins by our hand. */
export function starts(step: Step): boolean {
  return step.op === 'startContainer' || step.op === 'restartContainer';
}

/** An error as a condition's reason and message, without secrets. */
export function failureOf(
  error: Error,
  scrub: (text: string) => string,
): { reason: string; message: string } {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : 'StepFailed';
  return { reason, message: scrub(error.message) };
}

/** The engine makes a named volume that is missing in silence. What an image declares it tells of. */
function mountsVolumes(step: Step): boolean {
  return step.op === 'createContainer' && step.args.spec.mounts.some(({ type }) => type === 'volume');
}

/** What our own act made stale; its events will say so too, but later. */
export function noteAct(observer: Observer, step: Step, outcome: StepOutcome | undefined): void {
  if (step.op.endsWith('Network')) observer.noteOwnAct('network');
  if (step.op.endsWith('Volume') || mountsVolumes(step)) observer.noteOwnAct('volume');
  if (step.op === 'pullImage' || step.op === 'buildImage') observer.noteOwnAct('image');
  const id = outcome?.containerId ?? ('containerId' in step.args ? step.args.containerId : undefined);
  if (id !== undefined) observer.noteContainer(id);
}

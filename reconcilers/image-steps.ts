// Steps that get a workload's image: pulled, or built, once a plan however many need it.

import { imageWant } from './images.ts';
import type { Cause, Step } from './plan.ts';
import type { Prerequisites } from './prerequisites.ts';
import type { Situation } from './situation.ts';
import { type Draft, makeStep } from './steps.ts';

/** The step that gets the image, once a plan however many need it; none where it is here. */
export function imageSteps(s: Situation, cause: Cause, made: Prerequisites): Step[] {
  const { workload } = s;
  const { image } = workload.container;
  const want = imageWant(s.setting.world, s.setting.images, workload);
  if (want.way === 'use' || want.way === 'none' || made.pulls.has(image)) return [];
  const why = { ...cause, message: want.why };
  const step = want.way === 'build' ? buildStep(s, why, made) : pullStep(s, want.digest, why);
  if (step === undefined) return [];
  made.pulls.set(image, step.id);
  return [step];
}

function pullStep({ ref, workload }: Situation, digest: string | undefined, cause: Cause): Step {
  const { container, imageWritten } = workload;
  const args = {
    image: container.image,
    ...(digest === undefined ? {} : { digest }),
    ...(imageWritten === undefined ? {} : { written: imageWritten }),
    ...(container.platform === undefined ? {} : { platform: container.platform }),
  };
  return makeStep('pullImage', ref, args, cause);
}

function buildStep(
  { ref, workload }: Situation,
  cause: Cause,
  made: Prerequisites,
  interrupts = false,
): Step | undefined {
  const { build, container } = workload;
  if (build === undefined) return undefined;
  const first = made.builds.get(build.hash);
  const after = first === undefined ? [] : [first];
  const step = makeStep('buildImage', ref, { image: container.image, build }, cause, { interrupts, after });
  if (first === undefined) made.builds.set(build.hash, step.id);
  return step;
}

/** Made beside the old container, which is recreated by a later plan if the image is another one. */
export function rebuildSteps(s: Situation, cause: Cause, made: Prerequisites): Draft {
  const { image } = s.workload.container;
  const step = made.pulls.has(image) ? undefined : buildStep(s, cause, made, true);
  if (step === undefined) return { steps: [] };
  made.pulls.set(image, step.id);
  return { steps: [step] };
}

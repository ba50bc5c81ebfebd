// By what name facts about an image go. Pure.

import type { Workload } from '../desired-state/resource.ts';
import type { Facts } from './facts.ts';

/** What facts about an image go by: its name as written, so that another mirror is no other image. */
export function imageKey({ imageWritten, container }: Pick<Workload, 'imageWritten' | 'container'>): string {
  return imageWritten ?? container.image;
}

/**
 * The image id that the workload's tag meant when it came in force; of one that waits for its wave, the one that it keeps.
 * `runs`: what its container has. One made anew meanwhile, its image gone, may have what comes with its wave already.
 */
export function pinOf(
  { pins }: { readonly pins: Facts['pins'] },
  workload: Workload,
  runs?: string,
): string | undefined {
  const pin = pins[imageKey(workload)];
  return workload.keptImage === undefined || runs === pin ? pin : workload.keptImage;
}

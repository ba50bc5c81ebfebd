// By what name facts about an image go. Pure.

import type { Workload } from '../desired-state/resource.ts';
import type { Facts } from './facts.ts';

/** What facts about an image go by: its name as written, so that another mirror is no other image. */
export function imageKey({ imageWritten, container }: Pick<Workload, 'imageWritten' | 'container'>): string {
  return imageWritten ?? container.image;
}

/** The image id that the workload's tag meant when it came in force. */
export function pinOf(facts: { readonly pins: Facts['pins'] }, workload: Workload): string | undefined {
  return facts.pins[imageKey(workload)];
}

// How the passes of an apply, an adoption or a down are made, from what was asked for.

import type { Revision } from '../desired-state/revision.ts';
import type { DownOptions, PlanOptions } from './control.ts';
import { type AskPorts, askForImages } from './image-asks.ts';
import type { PassOptions } from './loop/reconciler.ts';

/** Registries are asked once: all passes of one apply aim at the same. */
export async function passOptionsOf(
  ports: AskPorts,
  revision: Revision,
  options: PlanOptions,
  now: number,
): Promise<PassOptions> {
  const { names, allowDelete, updateImages, build = false } = options;
  const pass = { names, allowDelete, updateImages, removeVolumes: false, mode: 'apply' } as const;
  if (options.local === true) return pass;
  return { ...pass, images: await askForImages(ports, revision, { updateImages, build, now }) };
}

/** Everything, as an adoption looks at it. */
export const wholeApply: PassOptions = {
  mode: 'apply',
  names: [],
  allowDelete: false,
  removeVolumes: false,
};

/** Everything goes; volumes only where that was asked for. */
export function downPass({ volumes }: DownOptions): PassOptions {
  return { mode: 'down', names: [], allowDelete: true, removeVolumes: volumes };
}

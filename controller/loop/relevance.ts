// Whether an engine event is about the platform, and whether what others do can matter to it at all just now. Pure.

import { isWorkload } from '../../desired-state/resource.ts';
import type { Revision } from '../../desired-state/revision.ts';
import { identityLabels } from '../../reconcilers/observed.ts';
import type { Plan } from '../../reconcilers/plan.ts';
import type { EngineEvent } from '../engine.ts';

/** What a revision has on the engine, by the engine's names. */
export interface Belongings {
  readonly names: ReadonlySet<string>;
  readonly images: ReadonlySet<string>;
}

export function belongingsOf(revision: Revision): Belongings {
  const names = new Set<string>();
  const images = new Set<string>();
  for (const resource of revision.resources) {
    if (isWorkload(resource)) images.add(resource.container.image);
    else if (resource.kind !== 'Model') names.add(resource.engineName);
  }
  return { names, images };
}

/** `isOurs`: whether a container id is one of the platform's, as last listed. */
export function concerns(
  event: EngineEvent,
  platform: string,
  belongings: Belongings,
  isOurs: (id: string) => boolean,
): boolean {
  const { attributes, type, id } = event;
  if (attributes[identityLabels.platform] === platform) return true;
  if (type === 'container') return isOurs(id);
  if (type === 'volume') return belongings.names.has(id);
  if (type === 'image') return belongings.images.has(attributes['name'] ?? '') || belongings.images.has(id);
  return belongings.names.has(attributes['name'] ?? '') || isOurs(attributes['container'] ?? '');
}

/** Conditions that the act of somebody else can end: a name, a port or an address gets free, an image comes. */
const endedByOthers = new Set([
  'NameTaken',
  'PortTaken',
  'NetworkMissing',
  'NetworkInUse',
  'ForeignCopy',
  'ImageMissing',
  'EngineRefused',
]);

/** Whether something of the plan waits for others. */
export function waitsForOthers(plan: Plan): boolean {
  return (
    plan.warnings.some((w) => endedByOthers.has(w.reason)) ||
    plan.statuses.some((s) => s.conditions.some((c) => c.status && endedByOthers.has(c.reason)))
  );
}

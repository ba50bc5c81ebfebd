// The sections of a Compose file that hold things by name.

import { childOf, type MapNode } from '../tree.ts';
import { mapOf } from './edit.ts';

export const sections = ['services', 'jobs', 'networks', 'volumes', 'secrets', 'configs', 'models'] as const;
export type Section = (typeof sections)[number];

/** The map of a section, empty where the file has none. */
export function sectionOf(root: MapNode, section: Section): MapNode {
  const node = childOf(root, section);
  return node?.kind === 'map' ? node : mapOf(root.position, []);
}

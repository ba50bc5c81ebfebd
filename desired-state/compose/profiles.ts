// Which services take part: those without a profile, and those with one that is wanted.

import { childOf, type MapNode } from '../tree.ts';
import { scalarText } from '../yaml/go-scalar.ts';
import type { Lookup } from './loading.ts';

/** The profiles of COMPOSE_PROFILES; `*`: all. */
export function wantedProfiles(lookup: Lookup): ReadonlySet<string> {
  return new Set((lookup('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim()));
}

export function isActive(service: MapNode, wanted: ReadonlySet<string>): boolean {
  const written = childOf(service, 'profiles');
  const profiles = written?.kind === 'list' ? written.items : [];
  if (profiles.length === 0 || wanted.has('*')) return true;
  return profiles.some((item) => item.kind === 'scalar' && wanted.has(scalarText(item)));
}

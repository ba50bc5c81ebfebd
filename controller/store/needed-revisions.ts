// Revisions that something stored goes back to or composes what it aims at from: those outlive their retention. Pure.

import type { Facts } from '../../reconcilers/facts.ts';
import type { Course, Kind } from '../../reconcilers/rollout/context.ts';
import type { ProcedureRecord } from './store.ts';

const kinds: ReadonlySet<string> = new Set<Kind>(['rollout', 'rollback']);

/** Ids: all that were stable, that run in the place of a quarantined one, or that a rollout or rollback under way names. */
export function neededRevisions(
  { stable, quarantined }: Pick<Facts, 'stable' | 'quarantined'>,
  running: readonly Pick<ProcedureRecord, 'kind' | 'machine'>[],
): ReadonlySet<string> {
  const courses = running
    .filter(({ kind }) => kinds.has(kind))
    .map(({ machine }) => machine.context as Course);
  return new Set([
    ...Object.keys(stable),
    ...Object.values(quarantined).map(({ to }) => to),
    ...courses.flatMap(({ revision, before, forms, asFound = {} }) => [
      ...[revision, before],
      ...Object.values(forms),
      ...Object.values(asFound),
    ]),
  ]);
}

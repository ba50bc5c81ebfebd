// Who stands in for whom at this moment, from what a recovery has stored.

import type { Ref } from '../../desired-state/resource.ts';
import type { FailoverFact } from '../../reconcilers/facts.ts';
import { iso, type Snapshot } from './snapshot.ts';

export interface FailoverRow {
  /** What failed. */
  readonly ref: Ref;
  /** What stands in for it. */
  readonly to: Ref;
  readonly alias: string;
  readonly network: string;
  /** `starting`: the standby comes up. `serving`: it has the alias. `returning`: the alias goes back. */
  readonly phase: FailoverFact['phase'];
  readonly since: string;
  /** The recovery that had it done. */
  readonly by: string;
}

/** All of them, by the ref of what failed. */
export function failoverRows({ facts }: Snapshot): readonly FailoverRow[] {
  return Object.entries(facts.failovers)
    .map(([ref, { at, ...fact }]) => ({ ref: ref as Ref, ...fact, since: iso(at) }))
    .sort((a, b) => (a.ref < b.ref ? -1 : 1));
}

const words: Readonly<Record<FailoverRow['phase'], (row: FailoverRow) => string>> = {
  starting: ({ ref, to }) => `${to} is started to stand in for ${ref}`,
  serving: ({ ref, to, alias, network }) =>
    `${to} answers as ${alias} on the network ${network} in place of ${ref}, until that is well again`,
  returning: ({ ref, to, alias, network }) =>
    `${ref} gets ${alias} on the network ${network} back from ${to}`,
};

export function failoverWords(row: FailoverRow): string {
  return `${words[row.phase](row)} (${row.by})`;
}

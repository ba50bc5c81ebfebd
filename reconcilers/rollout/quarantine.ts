// Revisions that failed or were left: which one runs in their place, and how that reads. Pure.

import type { Facts, Quarantine } from '../facts.ts';

/** What runs in the place of a quarantined revision, which may have been left itself since; undefined: it is not quarantined. */
export function insteadOf(id: string, quarantined: Facts['quarantined']): string | undefined {
  const seen = new Set([id]);
  let to = quarantined[id]?.to;
  while (to !== undefined && quarantined[to] !== undefined && !seen.has(to)) {
    seen.add(to);
    to = quarantined[to]?.to;
  }
  return to;
}

/**
 * Quarantines that end as this revision comes in force. Each lasts until a newer one does: kept longer it would put what ran
 * before that newer one in its place, should the quarantined one be declared again, at once and with nobody asked.
 */
export function overtakenBy(id: string, quarantined: Facts['quarantined']): readonly string[] {
  return Object.keys(quarantined).filter((key) => key !== id && insteadOf(key, quarantined) !== id);
}

/** How a quarantine reads, and what ends it. */
export function quarantineWords(id: string, { at, by, to, why }: Quarantine): string {
  const since = new Date(at).toISOString().slice(0, 19);
  return `revision ${id} is quarantined since ${since}Z by ${by} (${why}); ${to} runs instead until the manifests change, or: reeve apply --lift-quarantine`;
}

/** The newest quarantine that `revision` is under, or runs for. */
export function quarantineOf(
  revision: string,
  quarantined: Facts['quarantined'],
): { readonly id: string; readonly quarantine: Quarantine } | undefined {
  const found = Object.entries(quarantined)
    .filter(([id]) => id === revision || insteadOf(id, quarantined) === revision)
    .sort(([, a], [, b]) => b.at - a.at)[0];
  return found === undefined ? undefined : { id: found[0], quarantine: found[1] };
}

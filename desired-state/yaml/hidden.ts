// What `<<` brings in and a map's own key hides: YAML merges one level deep only, so a map of its own under a key of the
// merged one replaces that whole. Told once for the map that is hidden, however many places hide it.

import type { Diagnostic } from '../diagnostic.ts';
import type { MapEntry } from '../tree.ts';

/** The entry that was to be brought in → what was lost, and where. */
export type Hidden = Map<MapEntry, { readonly lost: readonly string[]; readonly by: MapEntry[] }>;

/** Notes an own map that has nothing in common with the merged one: both were meant. Overriding some of it is common. */
export function noteHidden(hidden: Hidden, merged: MapEntry, own: MapEntry): void {
  if (merged.value.kind !== 'map' || own.value.kind !== 'map' || own.value.entries.size === 0) return;
  const lost = [...merged.value.entries.keys()];
  const { entries } = own.value;
  if (lost.length === 0 || lost.some((key) => entries.has(key))) return;
  const noted = hidden.get(merged);
  if (noted === undefined) hidden.set(merged, { lost, by: [own] });
  else noted.by.push(own);
}

const namedKeys = 3;

export function hiddenDiagnostics(hidden: Hidden): readonly Diagnostic[] {
  return [...hidden].map(([merged, { lost, by }]) => {
    const more = lost.length > namedKeys ? ` and ${lost.length - namedKeys} more` : '';
    const keys = `${lost.slice(0, namedKeys).join(', ')}${more}`;
    const first = by[0]?.keyPosition.line;
    const where = by.length === 1 ? `in line ${first}` : `in ${by.length} places, the first in line ${first}`;
    return {
      severity: 'warning',
      code: 'HiddenByMerge',
      ...merged.keyPosition,
      message: `${merged.key} of this map is replaced whole where "<<" merges it beside another ${merged.key} (${where}): ${keys} ${lost.length === 1 ? 'is' : 'are'} lost there`,
      hint: `give the inner map an anchor and merge it as well: ${merged.key}: {<<: *anchor, …}`,
    };
  });
}

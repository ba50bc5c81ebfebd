// Lists or maps of KEY=value (environment, labels, sysctls …): merged by key, whichever form each file used.

import type { MapEntry, MapNode, Node } from '../../tree.ts';
import { mapOf, nullAt, scalarAt } from '../edit.ts';
import { isNull, type Merging, mergeMaps } from './merge.ts';

/** The later file's value of a key replaces the earlier one's, also with nothing (`KEY:` takes it from the shell). */
export function mergePairs(base: Node, over: Node, merging: Merging): Node {
  if (isNull(over)) return base;
  if (isNull(base)) return over;
  const [first, second] = [pairsAsMap(base), pairsAsMap(over)];
  if (first !== undefined && second !== undefined) return mergeMaps(first, replaceAll(second), merging);
  merging.mismatch(base, over, merging.path);
  return over;
}

// A null is a value here, so no value is merged with the one before it.
function replaceAll(map: MapNode): MapNode {
  const entries = [...map.entries.values()].map((entry): MapEntry => {
    return entry.value.tag === undefined ? { ...entry, value: { ...entry.value, tag: 'override' } } : entry;
  });
  return mapOf(map.position, entries);
}

/** A list of KEY=value as a map; undefined: neither list nor map. */
export function pairsAsMap(node: Node): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind !== 'list') return undefined;
  const entries = node.items.flatMap((item): MapEntry[] => {
    if (item.kind !== 'scalar') return [];
    const text = item.filled ? item.source : String(item.value);
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? nullAt(item.position) : scalarAt(item, text.slice(at + 1));
    return [{ key, keyPosition: item.position, value }];
  });
  return mapOf(node.position, entries);
}

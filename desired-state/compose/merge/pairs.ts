// Lists or maps of KEY=value (environment, labels, sysctls …): merged by key, whichever form each file used, into a list of
// KEY=value, which is what Compose makes of them.

import type { MapEntry, MapNode, Node, ScalarNode } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import { listOf, mapOf, nullAt, scalarAt } from '../edit.ts';
import type { Merging } from './merge.ts';

/** Of two entries of one key the later stands, in the place of the earlier. */
export function mergePairs(base: Node, over: Node, _merging: Merging): Node {
  return uniqueBy([...sequenceOf(base), ...sequenceOf(over)], base, keyOfPair);
}

function uniqueBy(items: readonly Node[], at: Node, keyOf: (item: Node) => string | undefined): Node {
  const kept = new Map<string | Node, Node>();
  // What has no key is wrong, or of its own kind: it stays.
  for (const item of items) kept.set(keyOf(item) ?? item, item);
  return listOf(at.position, [...kept.values()]);
}

/** The key of `KEY=value`, or of `KEY` alone. */
export function keyOfPair(item: Node): string | undefined {
  return item.kind === 'scalar' ? scalarText(item).split('=', 1)[0] : undefined;
}

/** A map as `key=value` items in the order of their texts; one text is a list of one. */
export function sequenceOf(node: Node): readonly Node[] {
  if (node.kind === 'list') return node.items;
  if (node.kind === 'scalar') return typeof node.value === 'string' ? [node] : [];
  const items = [...node.entries.values()].flatMap(({ key, value }): ScalarNode[] => {
    if (value.kind === 'list') {
      return value.items.flatMap((item) =>
        item.kind === 'scalar' ? [scalarAt(item, `${key}=${scalarText(item)}`)] : [],
      );
    }
    if (value.kind !== 'scalar') return [];
    return [scalarAt(value, value.value === null ? key : `${key}=${scalarText(value)}`)];
  });
  return items.sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : 0));
}

/** A list of KEY=value as a map; undefined: neither list nor map. */
export function pairsAsMap(node: Node): MapNode | undefined {
  if (node.kind === 'map') return node;
  if (node.kind !== 'list') return undefined;
  const entries = node.items.flatMap((item): MapEntry[] => {
    if (item.kind !== 'scalar') return [];
    const text = scalarText(item);
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? nullAt(item.position) : scalarAt(item, text.slice(at + 1));
    return [{ key, keyPosition: item.position, value }];
  });
  return mapOf(node.position, entries);
}

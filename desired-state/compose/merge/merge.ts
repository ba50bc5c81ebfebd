// Two trees → one: maps merge, lists append, a scalar of the later one replaces; rules.ts has what is special by path.
// `!reset` takes away what was there, `!override` replaces it whole. Positions are those of the file a value came from.

import type { MapEntry, MapNode, Node } from '../../tree.ts';
import { mapOf, withoutTag } from '../edit.ts';

export type Pattern = readonly string[];
export type Rule = (base: Node, over: Node, merging: Merging) => Node;

export interface Merging {
  /** From the root of a Compose file. */
  readonly path: Pattern;
  /** What is special at a path. */
  readonly ruleAt: (path: Pattern) => Rule | undefined;
  /** The two cannot be merged: told at the later one. */
  readonly mismatch: (base: Node, over: Node, path: Pattern) => void;
}

/** `over` onto `base`; both stand at the same path from the root of a Compose file. */
export function mergeNodes(base: Node, over: Node, merging: Merging): Node {
  const rule = merging.ruleAt(merging.path);
  if (rule !== undefined) return rule(base, over, merging);
  if (isNull(over)) return base;
  if (base.kind === 'scalar') return over;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, merging);
  if (base.kind === 'list' && over.kind === 'list') {
    return { ...base, items: [...base.items, ...over.items] };
  }
  merging.mismatch(base, over, merging.path);
  return over;
}

export function mergeMaps(base: MapNode, over: MapNode, merging: Merging): MapNode {
  const entries = new Map(base.entries);
  for (const entry of over.entries.values()) {
    const before = entries.get(entry.key);
    if (entry.value.tag === 'reset') entries.delete(entry.key);
    else if (before === undefined || entry.value.tag === 'override') entries.set(entry.key, entry);
    else entries.set(entry.key, mergeEntries(before, entry, merging));
  }
  return { ...base, entries };
}

function mergeEntries(base: MapEntry, over: MapEntry, merging: Merging): MapEntry {
  const path = [...merging.path, over.key];
  return { ...base, value: mergeNodes(base.value, over.value, { ...merging, path }) };
}

/** What is left of the tags once there is nothing more to merge below: a reset value goes, an override stays as it is. */
export function settleTags(node: Node): Node {
  const plain = node.tag === undefined ? node : withoutTag(node);
  if (plain.kind === 'list') {
    return { ...plain, items: plain.items.filter((item) => item.tag !== 'reset').map(settleTags) };
  }
  if (plain.kind !== 'map') return plain;
  const kept = [...plain.entries.values()].filter((entry) => entry.value.tag !== 'reset');
  return mapOf(
    plain.position,
    kept.map((entry) => ({ ...entry, value: settleTags(entry.value) })),
  );
}

export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function matches(pattern: Pattern, path: Pattern): boolean {
  return (
    pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index])
  );
}

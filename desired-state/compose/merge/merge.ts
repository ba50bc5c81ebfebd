// Two trees → one: maps merge, lists append, a scalar of the later one replaces; rules.ts has what is special by path.
// Positions are those of the file a value came from. Tags are settled before (tags.ts).

import type { MapNode, Node } from '../../tree.ts';

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
  if (base.kind === 'list' && over.kind === 'list') return appendNew(base, over.items);
  merging.mismatch(base, over, merging.path);
  return base;
}

export function mergeMaps(base: MapNode, over: MapNode, merging: Merging): MapNode {
  const entries = new Map(base.entries);
  for (const entry of over.entries.values()) {
    const before = entries.get(entry.key);
    if (before === undefined) entries.set(entry.key, entry);
    else {
      const path = [...merging.path, entry.key];
      entries.set(entry.key, {
        ...before,
        value: mergeNodes(before.value, entry.value, { ...merging, path }),
      });
    }
  }
  return { ...base, entries };
}

/** Items that are not in the list already, however they are written. */
export function appendNew(base: Node & { kind: 'list' }, items: readonly Node[]): Node & { kind: 'list' } {
  const merged = [...base.items];
  for (const item of items) if (!merged.some((other) => isSame(other, item))) merged.push(item);
  return { ...base, items: merged };
}

function isSame(a: Node, b: Node): boolean {
  if (a === b) return true;
  if (a.kind === 'scalar') return b.kind === 'scalar' && a.value === b.value;
  if (a.kind === 'list') {
    if (b.kind !== 'list' || a.items.length !== b.items.length) return false;
    const others = b.items;
    return a.items.every((item, index) => {
      const other = others[index];
      return other !== undefined && isSame(item, other);
    });
  }
  if (b.kind !== 'map' || a.entries.size !== b.entries.size) return false;
  return [...a.entries.values()].every(({ key, value }) => {
    const other = b.entries.get(key);
    return other !== undefined && isSame(value, other.value);
  });
}

export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

export function matches(pattern: Pattern, path: Pattern): boolean {
  return (
    pattern.length === path.length && pattern.every((part, index) => part === '*' || part === path[index])
  );
}

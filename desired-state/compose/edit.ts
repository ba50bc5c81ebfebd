// Small edits of trees: always a new tree, positions kept. Owns no rule of Compose.

import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from '../tree.ts';

export function emptyMap(position: Node['position']): MapNode {
  return { kind: 'map', entries: new Map(), position };
}

export function byKey(entries: Iterable<MapEntry>): Map<string, MapEntry> {
  return new Map([...entries].map((entry) => [entry.key, entry]));
}

export function mapOf(position: Node['position'], entries: Iterable<MapEntry>): MapNode {
  return { kind: 'map', position, entries: byKey(entries) };
}

export function listOf(position: Node['position'], items: readonly Node[]): ListNode {
  return { kind: 'list', position, items };
}

/** A scalar that stands where another stood, with another text. */
export function scalarAt(at: ScalarNode, text: string): ScalarNode {
  return { ...at, value: text, source: text, quoted: true };
}

export function nullAt(position: Node['position']): ScalarNode {
  return { kind: 'scalar', value: null, source: '', quoted: false, position };
}

export function withEntry(map: MapNode, entry: MapEntry): MapNode {
  return { ...map, entries: new Map([...map.entries, [entry.key, entry]]) };
}

export function withoutKey(map: MapNode, key: string): MapNode {
  const entries = new Map(map.entries);
  entries.delete(key);
  return { ...map, entries };
}

export function withoutTag<T extends Node>(node: T): T {
  const { tag: _tag, ...rest } = node;
  return rest as T;
}

/** Replaces each node that a pattern leads to; `*` is any key or item. The tree is shared where nothing changed. */
export function mapAt(node: Node, pattern: readonly string[], change: (node: Node) => Node): Node {
  const [part, ...rest] = pattern;
  if (part === undefined) return change(node);
  if (node.kind === 'list') {
    return part === '*' ? { ...node, items: node.items.map((item) => mapAt(item, rest, change)) } : node;
  }
  if (node.kind !== 'map') return node;
  const entries = [...node.entries.values()].map((entry) =>
    part === '*' || part === entry.key ? { ...entry, value: mapAt(entry.value, rest, change) } : entry,
  );
  return { ...node, entries: byKey(entries) };
}

// Small edits of trees: always a new tree, positions kept. Owns no rule of Compose.

import type { ListNode, MapEntry, MapNode, Node, ScalarNode } from '../tree.ts';

export function emptyMap(position: Node['position']): MapNode {
  return { kind: 'map', entries: new Map(), position };
}

function byKey(entries: Iterable<MapEntry>): Map<string, MapEntry> {
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
export function mapAt(node: Node, pattern: readonly string[], change: (node: Node) => Node, from = 0): Node {
  const part = pattern[from];
  if (part === undefined) return change(node);
  const inside = (child: Node): Node => mapAt(child, pattern, change, from + 1);
  if (node.kind === 'list') return part === '*' ? mapItems(node, inside) : node;
  if (node.kind !== 'map') return node;
  if (part === '*') return mapValues(node, inside);
  const entry = node.entries.get(part);
  const value = entry && inside(entry.value);
  if (entry === undefined || value === undefined || value === entry.value) return node;
  return { ...node, entries: new Map(node.entries).set(part, { ...entry, value }) };
}

export function mapItems(node: ListNode, change: (item: Node) => Node): ListNode {
  const items = node.items.map(change);
  return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
}

export function mapValues(node: MapNode, change: (value: Node, key: string) => Node): MapNode {
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const value = change(entry.value, key);
    changed ||= value !== entry.value;
    entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

/** A scalar of reeve's own making, standing where what caused it stands. */
export function valueAt(position: Node['position'], value: string | number | boolean): ScalarNode {
  return { kind: 'scalar', value, source: String(value), quoted: typeof value === 'string', position };
}

/** A map of reeve's own making; what is undefined is left out. */
export function fieldsAt(
  position: Node['position'],
  fields: Readonly<Record<string, Node | string | number | boolean | undefined>>,
): MapNode {
  const entries = Object.entries(fields).flatMap(([key, value]): MapEntry[] => {
    if (value === undefined) return [];
    return [
      { key, keyPosition: position, value: typeof value === 'object' ? value : valueAt(position, value) },
    ];
  });
  return mapOf(position, entries);
}

/** The map with a field that it lacks. */
export function withDefault(map: MapNode, key: string, value: Node | string | number | boolean): MapNode {
  if (map.entries.has(key)) return map;
  const { position } = map;
  const node = typeof value === 'object' ? value : valueAt(position, value);
  return withEntry(map, { key, keyPosition: position, value: node });
}

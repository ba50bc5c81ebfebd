// YAML as a tree that remembers where every key and value stood, also after merging files. Loading works on trees;
// plain values are taken out at the end (`toPlain`), and a path finds its position again (`positionAt`).

import type { Position } from './diagnostic.ts';

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** As written, before YAML made a number of it: `0755`, `1.10`. */
  readonly source: string;
  /** Quoted in the file: `"8080"` is a string that interpolation may not retype. */
  readonly quoted: boolean;
  /** A variable filled it in: where text is wanted, its digits stay as they were (`1.10` is no 1.1). */
  readonly filled?: boolean;
  readonly position: Position;
}

export interface MapEntry {
  readonly key: string;
  readonly keyPosition: Position;
  readonly value: Node;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly position: Position;
  /** Compose's `!reset` and `!override`. */
  readonly tag?: 'reset' | 'override';
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly position: Position;
  readonly tag?: 'reset' | 'override';
}

export type Node = (ScalarNode & { readonly tag?: 'reset' | 'override' }) | MapNode | ListNode;

export type Path = readonly (string | number)[];

/** The plain JavaScript value of a tree. */
export function toPlain(node: Node): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toPlain);
  const plain: Record<string, unknown> = {};
  for (const entry of node.entries.values()) {
    // Own property even for `__proto__`: a manifest must not reach a prototype.
    Object.defineProperty(plain, entry.key, {
      value: toPlain(entry.value),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return plain;
}

/** The node at a path, or the deepest one on the way to it. */
export function nodeAt(root: Node, path: Path): Node {
  let node = root;
  for (const part of path) {
    const next = childOf(node, part);
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

/** The tree with another node at a path; the same tree where the path leads nowhere. */
export function withNodeAt(root: Node, path: Path, node: Node): Node {
  const [part, ...rest] = path;
  if (part === undefined) return node;
  const child = childOf(root, part);
  if (child === undefined) return root;
  const value = withNodeAt(child, rest, node);
  if (root.kind === 'list')
    return { ...root, items: root.items.map((item, index) => (index === part ? value : item)) };
  if (root.kind !== 'map') return root;
  const key = String(part);
  const entry = root.entries.get(key);
  return entry === undefined
    ? root
    : { ...root, entries: new Map(root.entries).set(key, { ...entry, value }) };
}

/** Where the value at a path stands; where a path leads nowhere, the deepest existing value on the way. */
export function positionAt(root: Node, path: Path): Position {
  return nodeAt(root, path).position;
}

/** Where the key at a path stands: for unknown and duplicate keys. */
export function keyPositionAt(root: Node, path: Path): Position {
  const parent = nodeAt(root, path.slice(0, -1));
  const last = path.at(-1);
  if (parent.kind === 'map' && typeof last === 'string') {
    const entry = parent.entries.get(last);
    if (entry !== undefined) return entry.keyPosition;
  }
  return positionAt(root, path);
}

export function childOf(node: Node, part: string | number): Node | undefined {
  if (node.kind === 'map') return node.entries.get(String(part))?.value;
  if (node.kind === 'list' && typeof part === 'number') return node.items[part];
  return undefined;
}

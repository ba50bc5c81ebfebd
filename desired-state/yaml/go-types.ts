// Plain scalars of a tree as Compose types them: by Go's YAML rules, and what a variable filled in stays text.

import type { MapEntry, Node, ScalarNode } from '../tree.ts';
import { goScalar } from './go-scalar.ts';

/** The tree is shared where nothing changed. */
export function typeScalars(node: Node, seen = new Map<Node, Node>()): Node {
  if (node.kind === 'scalar') return typed(node);
  const before = seen.get(node);
  if (before !== undefined) return before;
  const done = node.kind === 'list' ? typedList(node, seen) : typedMap(node, seen);
  seen.set(node, done);
  return done;
}

function typed<T extends ScalarNode>(node: T): T {
  if (node.filled) return node.value === node.source ? node : { ...node, value: node.source };
  if (node.quoted || typeof node.value === 'boolean') return node;
  const value = goScalar(node.source);
  return value === node.value ? node : { ...node, value };
}

function typedList(node: Node & { kind: 'list' }, seen: Map<Node, Node>): Node {
  const items = node.items.map((item) => typeScalars(item, seen));
  return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
}

function typedMap(node: Node & { kind: 'map' }, seen: Map<Node, Node>): Node {
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const value = typeScalars(entry.value, seen);
    changed ||= value !== entry.value;
    entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

// A tree that a schema refuses, without what is wrong in it: the smallest parts that hold a mistake are taken away, so
// that mistakes elsewhere in it are found in the same load.

import type { z } from 'zod';
import type { Diagnostic } from '../diagnostic.ts';
import type { MapEntry, Node, Path } from '../tree.ts';
import { type Checked, checkShape } from './check.ts';

export interface Usable<T> {
  /** What is right of the tree; absent: nothing can be made of it. */
  readonly usable?: {
    readonly node: Node;
    readonly value: T;
    /** Something was taken away. */
    readonly partial: boolean;
  };
  /** Of the whole tree: what only shows without its wrong parts is no mistake of its own. */
  readonly diagnostics: Diagnostic[];
}

export function checkUsable<T>(schema: z.ZodType<T>, node: Node, what: string): Usable<T> {
  const first = checkShape(schema, node, what);
  const { diagnostics } = first;
  let checked: Checked<T> = first;
  // What lacks something by now is itself taken away in the next turn, at last the whole.
  while (checked.diagnostics.length > 0) {
    const left = without(checked.node, checked.places);
    if (left === undefined || left === checked.node) return { diagnostics };
    checked = checkShape(schema, left, what);
  }
  const partial = checked !== first;
  return { diagnostics, usable: { node: checked.node, value: checked.value as T, partial } };
}

/** undefined: the node is itself one of the places; the same node where none of them is in it. */
function without(node: Node, places: readonly Path[]): Node | undefined {
  if (places.length === 0) return node;
  if (node.kind === 'scalar' || places.some((path) => path.length === 0)) return undefined;
  const below = new Map<string, Path[]>();
  for (const [head = '', ...rest] of places) {
    const key = String(head);
    below.set(key, [...(below.get(key) ?? []), rest]);
  }
  const kept = (key: string, child: Node) => without(child, below.get(key) ?? []);
  if (node.kind === 'list') {
    const items = node.items.flatMap((item, index) => kept(String(index), item) ?? []);
    const isSame = items.length === node.items.length && items.every((item, at) => item === node.items[at]);
    return isSame ? node : { ...node, items };
  }
  let isSame = true;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const value = kept(key, entry.value);
    isSame &&= value === entry.value;
    if (value !== undefined) entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return isSame ? node : { ...node, entries };
}

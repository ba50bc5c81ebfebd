// `!reset` and `!override` of a document: which paths they name, the document without them, and what they take away from
// what came before. Knows no rule of merging.

import type { MapEntry, MapNode, Node } from '../../tree.ts';
import { withoutTag } from '../edit.ts';
import { matches, type Pattern } from './merge.ts';

export interface Settled {
  /** Without reset values, and without tags. */
  readonly tree: MapNode;
  /** What stands there in earlier files goes. */
  readonly paths: readonly Pattern[];
}

export function settleTags(document: MapNode): Settled {
  const paths: Pattern[] = [];
  const tree = settle(document, [], paths);
  return { tree: tree.kind === 'map' ? tree : document, paths };
}

function settle(node: Node, path: Pattern, paths: Pattern[]): Node {
  if (node.tag === 'override') {
    paths.push(path);
    return withoutTag(node);
  }
  if (node.kind === 'scalar') return node;
  if (node.kind === 'list') {
    const items = node.items
      .filter((item) => item.tag !== 'reset')
      .map((item, index) => settle(item, [...path, `[${index}]`], paths));
    return items.length === node.items.length && items.every((item, index) => item === node.items[index])
      ? node
      : { ...node, items };
  }
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const at = [...path, key];
    if (entry.value.tag === 'reset') paths.push(at);
    const value = entry.value.tag === 'reset' ? undefined : settle(entry.value, at, paths);
    changed ||= value !== entry.value;
    if (value !== undefined) entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

/** `path`: where the node stands from the root of a Compose file. Items of lists are not taken away, as in Compose. */
export function removeAt<T extends Node>(node: T, paths: readonly Pattern[], path: Pattern = []): T {
  if (paths.length === 0 || node.kind !== 'map') return node;
  let changed = false;
  const entries = new Map<string, MapEntry>();
  for (const [key, entry] of node.entries) {
    const at = [...path, key];
    const gone = paths.some((pattern) => matches(pattern, at));
    const value = gone ? undefined : removeAt(entry.value, paths, at);
    changed ||= value !== entry.value;
    if (value !== undefined) entries.set(key, value === entry.value ? entry : { ...entry, value });
  }
  return changed ? { ...node, entries } : node;
}

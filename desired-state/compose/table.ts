// Changes by path, all of a table in one walk: only what a document has is looked at, however long the table is.

import type { ListNode, MapEntry, MapNode, Node } from '../tree.ts';

export interface Row<C> {
  /** `*` is any key or item. */
  readonly pattern: readonly string[];
  readonly value: C;
}

interface Branch<C> {
  readonly values: C[];
  readonly below: Map<string, Branch<C>>;
}

/** What a path leads to, in the order of the rows; what holds a thing is changed before the thing. */
export type Table<C> = Branch<C>;

/** `prefixes` × `path`, one row each; an empty path means what the prefix leads to. */
export function rowsOf<C>(prefixes: readonly string[], path: string, value: C): Row<C>[] {
  return prefixes.map((prefix) => ({
    pattern: `${prefix}.${path}`.split('.').filter((p) => p !== ''),
    value,
  }));
}

export function compileTable<C>(rows: readonly Row<C>[]): Table<C> {
  const root: Branch<C> = { values: [], below: new Map() };
  for (const { pattern, value } of rows) {
    let branch = root;
    for (const part of pattern) {
      const next = branch.below.get(part) ?? { values: [], below: new Map() };
      branch.below.set(part, next);
      branch = next;
    }
    branch.values.push(value);
  }
  return root;
}

/** Replaces each node that a row leads to; the tree is shared where nothing changed. */
export function changeByTable<C>(node: Node, table: Table<C>, change: (node: Node, value: C) => Node): Node {
  return walk(node, [table], change);
}

type Change<C> = (node: Node, value: C) => Node;

function walk<C>(node: Node, branches: readonly Branch<C>[], change: Change<C>): Node {
  let done = node;
  for (const branch of branches) for (const value of branch.values) done = change(done, value);
  if (done.kind === 'scalar' || branches.every((branch) => branch.below.size === 0)) return done;
  return done.kind === 'list' ? walkList(done, branches, change) : walkMap(done, branches, change);
}

function below<C>(branches: readonly Branch<C>[], part: string): Branch<C>[] {
  const found: Branch<C>[] = [];
  for (const branch of branches) {
    const named = branch.below.get(part);
    if (named !== undefined) found.push(named);
    const any = part === '*' ? undefined : branch.below.get('*');
    if (any !== undefined) found.push(any);
  }
  return found;
}

function walkList<C>(node: ListNode, branches: readonly Branch<C>[], change: Change<C>): Node {
  const inside = below(branches, '*');
  if (inside.length === 0) return node;
  let changed = false;
  const items = node.items.map((item) => {
    const done = walk(item, inside, change);
    changed ||= done !== item;
    return done;
  });
  return changed ? { ...node, items } : node;
}

function walkMap<C>(node: MapNode, branches: readonly Branch<C>[], change: Change<C>): Node {
  let entries: Map<string, MapEntry> | undefined;
  for (const [key, entry] of node.entries) {
    const inside = below(branches, key);
    if (inside.length === 0) continue;
    const value = walk(entry.value, inside, change);
    if (value === entry.value) continue;
    entries ??= new Map(node.entries);
    entries.set(key, { ...entry, value });
  }
  return entries === undefined ? node : { ...node, entries };
}

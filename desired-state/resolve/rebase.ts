// Relative paths are meant from the file they stand in: a class or the defaults may stand in another folder than the
// workload that takes them. Rewrites such paths to start at the workload's folder; nothing else.

import { relative, resolve } from 'node:path';
import { isRemoteContext } from '../container/build.ts';
import type { MapEntry, MapNode, Node } from '../tree.ts';

export function rebaseContainer(node: MapNode, from: string, to: string): MapNode {
  if (from === to) return node;
  const move = (path: string): string => {
    const moved = relative(to, resolve(from, path));
    return moved.startsWith('..') ? moved : `./${moved}`;
  };
  return withFields(node, {
    volumes: (field) => mapItems(field, (item) => rebaseVolume(item, move)),
    build: (field) => rebaseBuild(field, move),
    env_file: (field) => mapItems(field, (item) => rebaseFile(item, move)),
    label_file: (field) => mapItems(field, (item) => rebaseFile(item, move)),
    watch: (field) => mapItems(field, (item) => rebaseFile(item, move)),
  });
}

type Move = (path: string) => string;

function rebaseVolume(item: Node, move: Move): Node {
  if (item.kind === 'map') {
    return withFields(item, { source: (source) => (isRelative(source) ? rebaseFile(source, move) : source) });
  }
  if (item.kind !== 'scalar' || !isRelative(item)) return item;
  const [source = '', ...rest] = item.source.split(':');
  return text(item, [move(source), ...rest].join(':'));
}

/** In `volumes` only what begins with a dot is a path; other words name a volume. */
function isRelative(node: Node): boolean {
  return node.kind === 'scalar' && /^\.{1,2}(?:\/|:|$)/.test(node.source);
}

function rebaseBuild(item: Node, move: Move): Node {
  if (item.kind === 'map') return withFields(item, { context: (context) => rebaseBuild(context, move) });
  return item.kind === 'scalar' && isRemoteContext(item.source) ? item : rebaseFile(item, move);
}

function rebaseFile(item: Node, move: Move): Node {
  if (item.kind === 'map') return withFields(item, { path: (path) => rebaseFile(path, move) });
  if (item.kind !== 'scalar' || typeof item.value !== 'string' || /^[/~]/.test(item.value)) return item;
  return text(item, move(item.value));
}

function text(node: Node & { kind: 'scalar' }, value: string): Node {
  return { ...node, value, source: value };
}

function mapItems(node: Node, change: (item: Node) => Node): Node {
  return node.kind === 'list' ? { ...node, items: node.items.map(change) } : change(node);
}

function withFields(node: MapNode, changes: Readonly<Record<string, (value: Node) => Node>>): MapNode {
  const entries = new Map<string, MapEntry>(node.entries);
  for (const [key, change] of Object.entries(changes)) {
    const entry = entries.get(key);
    if (entry !== undefined) entries.set(key, { ...entry, value: change(entry.value) });
  }
  return { ...node, entries };
}

// Relative paths of a file in another folder, written anew from the project's folder: what `extends` and `include` bring
// in means its own neighbours.

import { join, relative } from 'node:path';
import type { MapNode, Node } from '../tree.ts';
import { mapAt, scalarAt } from './edit.ts';

/** Where a whole value is a path. */
const pathPatterns = [
  'services.*.env_file',
  'services.*.env_file.*',
  'services.*.env_file.*.path',
  'services.*.label_file',
  'services.*.label_file.*',
  'services.*.extends.file',
  'configs.*.file',
  'secrets.*.file',
].map((pattern) => pattern.split('.'));

const volumes = ['services', '*', 'volumes', '*'];

/** Paths relative to `from` become paths relative to `to`; absolute ones and `~` stay. */
export function rebasePaths(root: MapNode, from: string, to: string): MapNode {
  if (from === to) return root;
  const move = (path: string): string => {
    const moved = relative(to, join(from, path));
    return moved.startsWith('..') ? moved : `./${moved}`;
  };
  const whole = (node: Node): Node => {
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || /^[/~]/.test(node.value)) return node;
    return scalarAt(node, move(node.value));
  };
  const moved = pathPatterns.reduce<Node>((node, pattern) => mapAt(node, pattern, whole), root);
  const done = mapAt(moved, volumes, (node) => mountSource(node, whole, move));
  return done.kind === 'map' ? done : root;
}

function mountSource(node: Node, whole: (node: Node) => Node, move: (path: string) => string): Node {
  if (node.kind === 'map') {
    const type = node.entries.get('type')?.value;
    const source = node.entries.get('source');
    if (type?.kind !== 'scalar' || type.value !== 'bind' || source === undefined) return node;
    return {
      ...node,
      entries: new Map(node.entries).set('source', { ...source, value: whole(source.value) }),
    };
  }
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const at = node.value.indexOf(':');
  const source = node.value.slice(0, Math.max(at, 0));
  return source.startsWith('.') ? scalarAt(node, `${move(source)}${node.value.slice(at)}`) : node;
}

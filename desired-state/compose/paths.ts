// Relative paths of a file: written anew from the project's folder where `extends` and `include` bring them in from another
// (what they bring means its own neighbours), and made absolute at the end. One table for both.

import { homedir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { childOf, type MapNode, type Node } from '../tree.ts';
import { scalarText } from '../yaml/go-scalar.ts';
import { mapAt, scalarAt } from './edit.ts';
import { type Loading, type Lookup, tell } from './loading.ts';
import { changeByTable, compileTable, rowsOf } from './table.ts';

type Move = (path: string) => string;
type Resolver = (node: Node, move: Move) => Node;

const containers = ['services.*', 'jobs.*', 'services.*.pre_start.*'];
const workloads = ['services.*', 'jobs.*'];

/** paths/resolve.go of compose-go. */
const table: readonly (readonly [prefixes: readonly string[], path: string, resolver: Resolver])[] = [
  [workloads, 'build.context', movedContext],
  [workloads, 'build.additional_contexts.*', movedContext],
  [workloads, 'build.ssh.*', moved],
  [containers, 'env_file.*.path', movedIfAny],
  [containers, 'label_file.*', movedIfAny],
  [workloads, 'extends.file', movedIfAny],
  [['services.*'], 'develop.watch.*.path', movedIfAny],
  [containers, 'volumes.*', movedMount],
  [['configs.*', 'secrets.*'], 'file', moved],
  [['volumes.*'], '', movedDevice],
];

const compiled = compileTable(
  table.flatMap(([prefixes, path, resolver]) => rowsOf(prefixes, path, resolver)),
);

function moveAll(root: MapNode, move: Move): MapNode {
  const done = changeByTable<Resolver>(root, compiled, (node, resolver) => resolver(node, move));
  return done.kind === 'map' ? done : root;
}

/** Paths relative to `from` become paths relative to `to`; absolute ones and `~` stay. */
export function rebasePaths(root: MapNode, from: string, to: string): MapNode {
  if (from === to) return root;
  return moveAll(root, (path) => {
    if (/^[/~]/.test(path)) return path;
    const below = relative(to, join(from, path));
    return below.startsWith('..') ? below : `./${below}`;
  });
}

/** Every path absolute; `~` is the home folder. */
export function absolutePaths(loading: Loading, root: MapNode, lookup: Lookup): MapNode {
  checkBindSources(loading, root);
  return moveAll(root, (path) => {
    if (path.startsWith('~')) return joined(lookup('HOME') ?? homedir(), path.slice(1));
    // An absolute path stays as it is written, also with a slash at its end; no path at all is the folder itself.
    return isAbsolute(path) ? path : joined(loading.baseDir, path);
  });
}

/** Without a slash at its end. */
function joined(folder: string, path: string): string {
  return join(folder, path).replace(/(.)\/$/, '$1');
}

/** A path that may be left empty. */
function movedIfAny(node: Node, move: Move): Node {
  return node.kind === 'scalar' && scalarText(node) === '' ? node : moved(node, move);
}

function moved(node: Node, move: Move): Node {
  if (node.kind !== 'scalar' || node.value === null) return node;
  const text = scalarText(node);
  if (/^[A-Za-z]:[\\/]/.test(text)) return node;
  const path = move(text);
  return path === text ? node : scalarAt(node, path);
}

/** A context may be elsewhere: a URL, a git repository, another service. */
function movedContext(node: Node, move: Move): Node {
  if (node.kind !== 'scalar') return node;
  const text = scalarText(node);
  const remote =
    /^(?:https?:\/\/|git:\/\/|ssh:\/\/|github\.com\/|git@|service:)/.test(text) || text.includes('://');
  return remote ? node : movedIfAny(node, move);
}

function movedMount(node: Node, move: Move): Node {
  if (node.kind !== 'map' || textOf(childOf(node, 'type')) !== 'bind') return node;
  return mapAt(node, ['source'], (source) => moved(source, move));
}

/** A volume of the local driver with `o: bind` is a bind mount by another name. */
function movedDevice(node: Node, move: Move): Node {
  const options = childOf(node, 'driver_opts');
  const isBind = options !== undefined && textOf(childOf(options, 'o')) === 'bind';
  if (!isBind || textOf(childOf(node, 'driver')) !== 'local') return node;
  return mapAt(node, ['driver_opts', 'device'], (device) => moved(device, move));
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' ? scalarText(node) : undefined;
}

function checkBindSources(loading: Loading, root: MapNode): void {
  for (const prefix of containers) {
    mapAt(root, [...prefix.split('.'), 'volumes', '*'], (node) => {
      const lacks = textOf(childOf(node, 'type')) === 'bind' && childOf(node, 'source') === undefined;
      if (lacks) {
        const message = 'a bind mount needs a source, expected a host path';
        tell(loading, 'error', node, { code: 'BadMount', message });
      }
      return node;
    });
  }
}

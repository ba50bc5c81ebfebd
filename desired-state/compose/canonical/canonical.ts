// One way to write each thing: short forms of a merged document become the long ones, by path. A table; the longer
// transformations are in files of their own. Positions are those of what was written.

import type { MapNode, Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import { fieldsAt, listOf, mapItems, mapOf, mapValues, nullAt, valueAt, withDefault } from '../edit.ts';
import { type Loading, tell } from '../loading.ts';
import { changeByTable, compileTable, rowsOf } from '../table.ts';
import { longPorts } from './ports.ts';
import { longVolume } from './volumes.ts';

export type Transform = (node: Node, loading: Loading) => Node;

const containers = ['services.*', 'jobs.*', 'services.*.pre_start.*'];
const workloads = ['services.*', 'jobs.*'];

/** In this order: what holds a thing goes before the thing (transform/ of compose-go). */
const table: readonly (readonly [prefixes: readonly string[], path: string, change: Transform])[] = [
  [containers, 'env_file', (node) => mapItems(asList(node), envFile)],
  [containers, 'label_file', asList],
  [
    containers,
    'gpus',
    (node) => (isText(node) ? listOf(node.position, [fieldsAt(node.position, { count: 'all' })]) : node),
  ],
  [containers, 'networks', namesAsMap],
  [containers, 'models', namesAsMap],
  [containers, 'volumes.*', longVolume],
  [containers, 'dns', asList],
  [containers, 'devices.*', longDevice],
  [containers, 'secrets.*', longGrant],
  [containers, 'configs.*', longGrant],
  [workloads, 'build', (node) => (isText(node) ? fieldsAt(node.position, { context: node }) : node)],
  [workloads, 'build.secrets.*', longGrant],
  [workloads, 'build.provenance', asText],
  [workloads, 'build.sbom', asText],
  [workloads, 'build.additional_contexts', (node, loading) => pairs(node, loading, () => undefined)],
  [
    workloads,
    'build.ssh',
    (node, loading) => pairs(node, loading, (key) => (key === 'default' ? nullAt(node.position) : undefined)),
  ],
  [workloads, 'depends_on', longDependencies],
  [workloads, 'extends', (node) => (isText(node) ? fieldsAt(node.position, { service: node }) : node)],
  [workloads, 'ports', longPorts],
  [['services.*'], 'develop.watch.*.ignore', asList],
  [['services.*'], 'develop.watch.*.include', asList],
  [
    ['jobs.*'],
    'triggers.schedule.*',
    (node) => (isText(node) ? fieldsAt(node.position, { cron: node }) : node),
  ],
  [['volumes.*', 'networks.*', 'secrets.*', 'configs.*'], '', plainExternal],
];

const compiled = compileTable(table.flatMap(([prefixes, path, change]) => rowsOf(prefixes, path, change)));

export function canonical(loading: Loading, root: Node): Node {
  return changeByTable(root, compiled, (node, change) => change(node, loading));
}

function isText(node: Node): boolean {
  return node.kind === 'scalar' && typeof node.value === 'string';
}

function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** One text is a list of one; nothing is nothing. Of `dns`, empty items go. */
function asList(node: Node): Node & { kind: 'list' } {
  if (node.kind === 'list') return node;
  return listOf(node.position, isNull(node) ? [] : [node]);
}

function asText(node: Node): Node {
  return node.kind === 'scalar' && typeof node.value !== 'string'
    ? valueAt(node.position, scalarText(node))
    : node;
}

function envFile(item: Node): Node {
  if (item.kind === 'map') return withDefault(item, 'required', true);
  return fieldsAt(item.position, { path: item, required: true });
}

function namesAsMap(node: Node): Node {
  if (node.kind !== 'list') return node;
  const entries = node.items.flatMap((item) =>
    item.kind === 'scalar'
      ? [{ key: String(item.value), keyPosition: item.position, value: nullAt(item.position) }]
      : [],
  );
  return mapOf(node.position, entries);
}

function longGrant(node: Node): Node {
  return node.kind === 'scalar' ? fieldsAt(node.position, { source: node }) : node;
}

/** SOURCE[:TARGET[:PERMISSIONS]] */
function longDevice(node: Node, loading: Loading): Node {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const [source = '', target = '', permissions = 'rwm', ...rest] = node.value.split(':');
  if (rest.length > 0) {
    const message = `bad device ${JSON.stringify(node.source)}, expected source[:target[:permissions]], for example "/dev/ttyUSB0:/dev/ttyUSB0:rwm"`;
    tell(loading, 'error', node, { code: 'BadDevice', message, hint: 'write it in the long form' });
  }
  return fieldsAt(node.position, { source, target: target === '' ? source : target, permissions });
}

/** KEY=value items as a map; `lone`: the value of a key without one, where it may stand. */
function pairs(node: Node, loading: Loading, lone: (key: string) => Node | undefined): Node {
  if (node.kind !== 'list') return node;
  const entries = node.items.flatMap((item) => {
    if (item.kind !== 'scalar') return [];
    const text = scalarText(item);
    const at = text.indexOf('=');
    const key = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? lone(key) : valueAt(item.position, text.slice(at + 1));
    if (value !== undefined) return [{ key, keyPosition: item.position, value }];
    const message = `bad entry ${JSON.stringify(item.source)}, expected key=value`;
    tell(loading, 'error', item, { code: 'BadValue', message });
    return [];
  });
  return mapOf(node.position, entries);
}

function longDependencies(node: Node): Node {
  const complete = (map: MapNode): MapNode =>
    withDefault(withDefault(map, 'condition', 'service_started'), 'required', true);
  if (node.kind === 'map')
    return mapValues(node, (value) => (value.kind === 'map' ? complete(value) : value));
  const named = namesAsMap(node);
  return named.kind === 'map' ? mapValues(named, ({ position }) => complete(mapOf(position, []))) : named;
}

/** `external: {name: X}` is the old way to write `external: true` and `name: X`. */
function plainExternal(node: Node, loading: Loading): Node {
  const external = node.kind === 'map' ? node.entries.get('external') : undefined;
  if (node.kind !== 'map' || external?.value.kind !== 'map') return node;
  const { position } = external.value;
  const name = external.value.entries.get('name');
  const own = node.entries.get('name')?.value;
  const plain = new Map(node.entries).set('external', { ...external, value: valueAt(position, true) });
  if (name === undefined) return { ...node, entries: plain };
  tell(loading, 'warning', name.keyPosition, {
    code: 'Obsolete',
    message: 'external.name is obsolete',
    hint: 'write external: true, and name beside it',
  });
  if (own === undefined) return { ...node, entries: plain.set('name', name) };
  const same = own.kind === 'scalar' && name.value.kind === 'scalar' && own.value === name.value.value;
  if (!same) {
    const message = 'name and external.name exclude each other, expected name alone';
    tell(loading, 'error', name.value, { code: 'ConflictingKeys', message });
  }
  return { ...node, entries: plain };
}

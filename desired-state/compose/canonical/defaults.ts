// What Compose fills in where nothing is written, and what excludes each other within one entry: done once a (sub)project
// is merged (transform/defaults.go, validation/ of compose-go).

import { isIP } from 'node:net';
import { childOf, type MapNode, type Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import { listOf, mapAt, withDefault } from '../edit.ts';
import { type Loading, tell } from '../loading.ts';
import { changeByTable, compileTable, rowsOf } from '../table.ts';

type Fill = (map: MapNode) => MapNode;

const workloads = ['services.*', 'jobs.*'];
const countAll: Fill = (map) =>
  map.entries.has('count') || map.entries.has('device_ids') ? map : withDefault(map, 'count', 'all');

const table: readonly (readonly [prefixes: readonly string[], path: string, fill: Fill])[] = [
  [workloads, 'build', (map) => withDefault(map, 'context', '.')],
  [workloads, 'secrets.*', secretTarget],
  [workloads, 'ports.*', (map) => withDefault(withDefault(map, 'protocol', 'tcp'), 'mode', 'ingress')],
  [workloads, 'gpus.*', countAll],
  [workloads, 'volumes.*.bind', (map) => withDefault(map, 'create_host_path', true)],
  [['services.*'], 'deploy.resources.reservations.devices.*', countAll],
];

const compiled = compileTable(table.flatMap(([prefixes, path, fill]) => rowsOf(prefixes, path, fill)));

export function withDefaults(root: Node): Node {
  return changeByTable(root, compiled, (node, fill) => (node.kind === 'map' ? fill(node) : node));
}

function secretTarget(map: MapNode): MapNode {
  const source = childOf(map, 'source');
  return withDefault(map, 'target', `/run/secrets/${source?.kind === 'scalar' ? scalarText(source) : ''}`);
}

/** Empty items of `dns`, as a variable may leave them, are not there. */
export function withoutEmptyDns(root: Node): Node {
  return workloads.reduce((tree, prefix) => {
    return mapAt(tree, [...prefix.split('.'), 'dns'], (node) => {
      if (node.kind !== 'list') return node;
      const kept = node.items.filter((item) => item.kind !== 'scalar' || scalarText(item) !== '');
      return kept.length === node.items.length ? node : listOf(node.position, kept);
    });
  }, root);
}

/** Told at the later of two that exclude each other. */
export function checkExclusive(loading: Loading, root: Node): void {
  each(root, 'volumes.*', (node, key) => checkExternal(loading, `volume ${key}`, node));
  each(root, 'configs.*', (node, key) =>
    checkContent(loading, `config ${key}`, node, ['file', 'environment', 'content']),
  );
  each(root, 'secrets.*', (node, key) =>
    checkContent(loading, `secret ${key}`, node, ['file', 'environment']),
  );
  const wrong = (service: string): void => void loading.wrong.add(`services.${service}`);
  each(root, 'services.*.ports.*', (node, service) => checkAddress(loading, node) && wrong(service));
  for (const path of ['services.*.gpus.*', 'services.*.deploy.resources.reservations.devices.*']) {
    each(root, path, (node, service) => checkDevices(loading, node) && wrong(service));
  }
  each(root, 'services.*.develop.watch.*.path', (node) => {
    if (node.kind !== 'scalar' || node.source !== '') return;
    tell(loading, 'error', node, { code: 'BadPath', message: 'path: expected text that is not empty' });
  });
  checkTargets(loading, root);
}

/** The schema lets it go: without a target nobody knows which mount, device or port is meant. */
function checkTargets(loading: Loading, root: Node): void {
  for (const field of ['volumes', 'devices', 'ports']) {
    each(root, `services.*.${field}.*`, (node, service) => {
      const target = node.kind === 'map' ? childOf(node, 'target') : undefined;
      const isSet =
        target?.kind !== 'scalar' ? target !== undefined : field !== 'ports' || target.value !== 0;
      if (node.kind !== 'map' || isSet) return;
      const message = `missing "target" in ${field} of service ${service}`;
      tell(loading, 'error', node, { code: 'MissingKey', message });
      loading.wrong.add(`services.${service}`);
    });
  }
}

/** Visits what a path leads to, with the name of the entry that it is in. */
function each(root: Node, path: string, visit: (node: Node, name: string) => void): void {
  const parts = path.split('.');
  const walk = (node: Node, index: number, name: string): void => {
    const part = parts[index];
    if (part === undefined) visit(node, name);
    else if (node.kind === 'list')
      for (const item of part === '*' ? node.items : []) walk(item, index + 1, name);
    else if (node.kind === 'map') {
      for (const entry of part === '*' ? node.entries.values() : [node.entries.get(part)]) {
        if (entry !== undefined) walk(entry.value, index + 1, index === 1 ? entry.key : name);
      }
    }
  };
  walk(root, 0, '');
}

export function isTrue(node: Node | undefined): boolean {
  return node?.kind === 'scalar' && String(node.value) === 'true';
}

function checkExternal(loading: Loading, what: string, node: Node): void {
  if (node.kind !== 'map' || !isTrue(childOf(node, 'external'))) return;
  for (const { key, keyPosition } of node.entries.values()) {
    if (key === 'external' || key === 'name' || key.startsWith('x-')) continue;
    const message = `${what}: external and ${key} exclude each other, expected one of the two`;
    const hint = 'what is external is made by others';
    tell(loading, 'error', keyPosition, { code: 'ConflictingKeys', message, hint });
  }
}

function checkContent(loading: Loading, what: string, node: Node, keys: readonly string[]): void {
  if (node.kind !== 'map') return;
  const written = keys.filter((key) => node.entries.has(key));
  const [first, second] = written;
  if (second !== undefined) {
    const at = node.entries.get(second)?.keyPosition ?? node.position;
    const message = `${what}: ${first} and ${second} exclude each other, expected one of the two`;
    tell(loading, 'error', at, { code: 'ConflictingKeys', message });
    loading.wrong.add(`${what.split(' ', 1)[0]}s.${what.slice(what.indexOf(' ') + 1)}`);
  } else if (first === undefined && !node.entries.has('driver') && !node.entries.has('external')) {
    const message = `${what}: no content, expected one of ${keys.join(', ')}`;
    tell(loading, 'error', node, { code: 'ConflictingKeys', message });
    loading.wrong.add(`${what.split(' ', 1)[0]}s.${what.slice(what.indexOf(' ') + 1)}`);
  }
}

/** True: it is wrong, and told. */
function checkAddress(loading: Loading, node: Node): boolean {
  const address = childOf(node, 'host_ip');
  if (address?.kind !== 'scalar' || isIP(scalarText(address)) !== 0) return false;
  const message = `bad host address ${JSON.stringify(address.source)}, expected an IP address`;
  tell(loading, 'error', address, { code: 'BadAddress', message });
  return true;
}

function checkDevices(loading: Loading, node: Node): boolean {
  const ids = node.kind === 'map' ? node.entries.get('device_ids') : undefined;
  if (ids === undefined || childOf(node, 'count') === undefined) return false;
  const message = 'count and device_ids exclude each other, expected one of the two';
  tell(loading, 'error', ids.keyPosition, { code: 'ConflictingKeys', message });
  return true;
}

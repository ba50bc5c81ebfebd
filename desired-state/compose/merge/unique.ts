// Lists whose items have a key (ports, volumes, secrets …): of two items with one key the later stands, in the place of
// the earlier. Done after each file, as Compose does, so that an override replaces instead of adding.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { scalarText } from '../../yaml/go-scalar.ts';
import { portKey } from '../canonical/ports.ts';
import { shortTarget } from '../canonical/volumes.ts';
import { listOf } from '../edit.ts';
import { changeByTable, compileTable, rowsOf } from '../table.ts';
import { keyOfPair } from './pairs.ts';

type KeyOf = (item: Node) => string | undefined;

const service: Readonly<Record<string, KeyOf>> = {
  annotations: keyOfPair,
  'build.additional_contexts': keyOfPair,
  'build.args': keyOfPair,
  'build.labels': keyOfPair,
  'build.tags': keyOfPair,
  cap_add: keyOfPair,
  cap_drop: keyOfPair,
  configs: grantKey(''),
  'deploy.labels': keyOfPair,
  devices: (item) => targetKey(item, (text) => text.split(':')[1] ?? text),
  dns: keyOfPair,
  dns_opt: keyOfPair,
  dns_search: keyOfPair,
  env_file: pathKey,
  environment: keyOfPair,
  expose: wholeText,
  labels: keyOfPair,
  links: keyOfPair,
  'networks.*.aliases': keyOfPair,
  'networks.*.link_local_ips': keyOfPair,
  ports: portKey,
  profiles: keyOfPair,
  secrets: grantKey('/run/secrets'),
  sysctls: keyOfPair,
  tmpfs: keyOfPair,
  volumes: (item) => targetKey(item, shortTarget),
};

/** override/uncity.go of compose-go. */
const keyed = compileTable([
  ...Object.entries(service).flatMap(([path, keyOf]) => rowsOf(['services.*'], path, keyOf)),
  ...rowsOf(['networks.*'], 'labels', keyOfPair),
]);

type OnDuplicate = (earlier: Node, later: Node, key: string) => void;

/** The tree is shared where nothing came twice. */
export function uniqueItems(root: MapNode, onDuplicate: OnDuplicate = () => {}): MapNode {
  const done = changeByTable<KeyOf>(root, keyed, (node, keyOf) => uniqueList(node, keyOf, onDuplicate));
  return done.kind === 'map' ? done : root;
}

function uniqueList(node: Node, keyOf: KeyOf, onDuplicate: OnDuplicate): Node {
  if (node.kind !== 'list') return node;
  const kept = new Map<string | Node, Node>();
  for (const item of node.items) {
    // What has no key is wrong, or of its own kind: it stays.
    const key = keyOf(item) ?? item;
    const earlier = kept.get(key);
    if (earlier !== undefined && typeof key === 'string') onDuplicate(earlier, item, key);
    kept.set(key, item);
  }
  return kept.size === node.items.length ? node : listOf(node.position, [...kept.values()]);
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? scalarText(node) : undefined;
}

function wholeText(item: Node): string | undefined {
  return textOf(item);
}

function pathKey(item: Node): string | undefined {
  return textOf(item.kind === 'map' ? childOf(item, 'path') : item);
}

/** What stands in the container: the target of a volume or a device. */
function targetKey(item: Node, ofShort: (text: string) => string): string | undefined {
  if (item.kind === 'map') return textOf(childOf(item, 'target'));
  const text = textOf(item);
  return text === undefined ? undefined : ofShort(text);
}

function grantKey(folder: string): KeyOf {
  return (item) => {
    if (item.kind !== 'map') return item.kind === 'scalar' ? `${folder}/${textOf(item)}` : undefined;
    return textOf(childOf(item, 'target')) ?? `${folder}/${textOf(childOf(item, 'source'))}`;
  };
}

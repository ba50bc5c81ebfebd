// Lists whose items have a key (ports, volumes, secrets …): of two items with one key the later stands, in the place of
// the earlier. Done after each file, as Compose does, so that an override replaces instead of adding.

import { childOf, type Node } from '../../tree.ts';
import { byKey } from '../edit.ts';
import { matches, type Pattern } from './merge.ts';
import { portItems, portKey } from './ports.ts';

type KeyOf = (item: Node) => string | undefined;

const keyed: Readonly<Record<string, KeyOf>> = {
  'networks.*.ipam.options': pairKey,
  'services.*.cap_add': pairKey,
  'services.*.cap_drop': pairKey,
  'services.*.configs': grantKey('/'),
  'services.*.devices': mountKey,
  'services.*.dns': pairKey,
  'services.*.dns_opt': pairKey,
  'services.*.dns_search': pairKey,
  'services.*.env_file': pathKey,
  'services.*.expose': pairKey,
  'services.*.links': pairKey,
  'services.*.networks.*.aliases': pairKey,
  'services.*.networks.*.link_local_ips': pairKey,
  'services.*.ports': portKey,
  'services.*.profiles': pairKey,
  'services.*.secrets': grantKey('/run/secrets/'),
  'services.*.tmpfs': pairKey,
  'services.*.volumes': mountKey,
};

const compiled = Object.entries(keyed).map(([pattern, keyOf]) => ({ parts: pattern.split('.'), keyOf }));
const portsPattern = ['services', '*', 'ports'];

type OnDuplicate = (earlier: Node, later: Node, key: string) => void;

export function uniqueItems(node: Node, path: Pattern = [], onDuplicate: OnDuplicate = () => {}): Node {
  if (node.kind === 'map') {
    const entries = [...node.entries.values()].map((entry) => {
      return { ...entry, value: uniqueItems(entry.value, [...path, entry.key], onDuplicate) };
    });
    return { ...node, entries: byKey(entries) };
  }
  if (node.kind !== 'list') return node;
  const keyOf = compiled.find(({ parts }) => matches(parts, path))?.keyOf;
  if (keyOf === undefined) return node;
  const items = matches(portsPattern, path) ? node.items.flatMap(portItems) : node.items;
  const kept = new Map<string | Node, Node>();
  for (const item of items) {
    // What has no key is wrong, or of its own kind: it stays.
    const key = keyOf(item) ?? item;
    const earlier = kept.get(key);
    if (earlier !== undefined && typeof key === 'string') onDuplicate(earlier, item, key);
    kept.set(key, item);
  }
  return { ...node, items: [...kept.values()] };
}

function textOf(node: Node | undefined): string | undefined {
  return node?.kind === 'scalar' && node.value !== null ? String(node.value) : undefined;
}

function pairKey(item: Node): string | undefined {
  return textOf(item)?.split('=', 1)[0];
}

function pathKey(item: Node): string | undefined {
  return textOf(item.kind === 'map' ? childOf(item, 'path') : item);
}

/** What stands in the container: the target of a volume or a device. */
function mountKey(item: Node): string | undefined {
  if (item.kind === 'map') return textOf(childOf(item, 'target'));
  const [first, target = first] = textOf(item)?.split(':') ?? [];
  return target;
}

function grantKey(folder: string): KeyOf {
  return (item) => {
    if (item.kind !== 'map') return item.kind === 'scalar' ? `${folder}${textOf(item)}` : undefined;
    return textOf(childOf(item, 'target')) ?? `${folder}${textOf(childOf(item, 'source'))}`;
  };
}

// Lists that may be written as one text, and lists with a rule of their own (extra_hosts, ipam).

import { childOf, type MapNode, type Node, type ScalarNode } from '../../tree.ts';
import { listOf, scalarAt } from '../edit.ts';
import { isNull, type Merging, mergeMaps } from './merge.ts';

/** One text stands for a list of one; the later file's items follow. */
export function appendSequence(base: Node, over: Node, merging: Merging): Node {
  return append(base, over, merging, (node) =>
    node.kind === 'list' ? node.items : isNull(node) ? [] : [node],
  );
}

/** Entries as `host=address`, without those that are there already. */
export function appendHosts(base: Node, over: Node, merging: Merging): Node {
  return append(base, over, merging, hostItems);
}

function append(base: Node, over: Node, merging: Merging, itemsOf: (node: Node) => readonly Node[]): Node {
  if (isNull(base)) return over;
  if (base.kind === 'map' && over.kind === 'map') return mergeMaps(base, over, merging);
  const items = itemsOf(base);
  const known = new Set(items.map(textOf));
  const added = itemsOf(over).filter((item) => item.kind !== 'scalar' || !known.has(textOf(item)));
  return listOf(base.position, [...items, ...added]);
}

function hostItems(node: Node): readonly Node[] {
  if (node.kind === 'list') return node.items;
  if (node.kind !== 'map') return [];
  return [...node.entries.values()].flatMap(({ key, value }) => {
    const addresses = value.kind === 'list' ? value.items : [value];
    const isScalar = (item: Node): item is ScalarNode => item.kind === 'scalar';
    return addresses.filter(isScalar).map((address) => scalarAt(address, `${key}=${String(address.value)}`));
  });
}

function textOf(node: Node): string | undefined {
  return node.kind === 'scalar' ? String(node.value) : undefined;
}

/** Pools of one subnet merge; a new subnet is a further pool. */
export function mergeIpam(base: Node, over: Node, merging: Merging): Node {
  if (base.kind !== 'list' || over.kind !== 'list') return isNull(over) ? base : over;
  const items = [...base.items];
  for (const pool of over.items) {
    const index = items.findIndex((item) => subnetOf(item) === subnetOf(pool));
    const before = items[index];
    if (before?.kind === 'map' && pool.kind === 'map') items[index] = mergeMaps(before, pool, merging);
    else items.push(pool);
  }
  return listOf(base.position, items);
}

function subnetOf(node: Node): string | undefined {
  const subnet = node.kind === 'map' ? childOf(node as MapNode, 'subnet') : undefined;
  return subnet?.kind === 'scalar' ? String(subnet.value) : undefined;
}

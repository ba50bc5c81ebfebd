// Lists that may be written as one text or as a map, and ipam, whose pools Compose merges in a way of its own.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { listOf } from '../edit.ts';
import { appendNew, type Merging, mergeMaps } from './merge.ts';
import { sequenceOf } from './pairs.ts';

/** The later file's items follow, those that are there already do not come twice. */
export function appendSequence(base: Node, over: Node, _merging: Merging): Node {
  return appendNew(listOf(base.position, sequenceOf(base)), sequenceOf(over));
}

/** A pool that merging changes in place, as Compose's does: one that two lists share changes in both. */
interface Pool {
  node: MapNode;
}

/**
 * Pools of one subnet merge. As Compose does it (mergeIPAMConfig of compose-go), a pool of an earlier file that no later
 * file repeats is lost, and several of both make a mixture.
 */
export function mergeIpam(base: Node, over: Node, merging: Merging): Node {
  if (base.kind !== 'list' || over.kind !== 'list') {
    merging.mismatch(base, over, merging.path);
    return base;
  }
  const found: Pool[] = [];
  const later = poolsOf(over);
  for (const original of poolsOf(base)) {
    for (const pool of later) {
      const known = found.some((other) => subnetOf(other) === subnetOf(pool));
      if (subnetOf(pool) !== subnetOf(original) && !known) {
        found.push(pool);
        continue;
      }
      original.node = mergeMaps(original.node, pool.node, merging);
      const index = found.findIndex((other) => subnetOf(other) === subnetOf(original));
      if (index >= 0) found[index] = original;
      else found.push(original);
    }
  }
  return listOf(
    base.position,
    found.map(({ node }) => node),
  );
}

function poolsOf(list: Node & { kind: 'list' }): Pool[] {
  return list.items.flatMap((node) => (node.kind === 'map' ? [{ node }] : []));
}

function subnetOf({ node }: Pool): string | undefined {
  const subnet = childOf(node, 'subnet');
  return subnet?.kind === 'scalar' ? String(subnet.value) : undefined;
}

// Lists that may be written as one text or as a map, and ipam, whose pools Compose merges in a way of its own.

import { childOf, type MapNode, type Node } from '../../tree.ts';
import { listOf } from '../edit.ts';
import { appendNew, isNull, type Merging, mergeMaps } from './merge.ts';
import { sequenceOf } from './pairs.ts';

/** The later file's items follow, those that are there already do not come twice. */
export function appendSequence(base: Node, over: Node, _merging: Merging): Node {
  return appendNew(listOf(base.position, sequenceOf(base)), sequenceOf(over));
}

/**
 * Pools of one subnet merge. As Compose does it (mergeIPAMConfig of compose-go), a pool of an earlier file that no later
 * file repeats is lost.
 */
export function mergeIpam(base: Node, over: Node, merging: Merging): Node {
  if (base.kind !== 'list' || over.kind !== 'list') {
    if (!isNull(over)) merging.mismatch(base, over, merging.path);
    return base;
  }
  const pools: MapNode[] = [];
  for (const written of base.items) {
    if (written.kind !== 'map') continue;
    let original = written;
    for (const pool of over.items) {
      if (pool.kind !== 'map') continue;
      const known = pools.some((other) => subnetOf(other) === subnetOf(pool));
      if (subnetOf(pool) !== subnetOf(original) && !known) {
        pools.push(pool);
        continue;
      }
      original = mergeMaps(original, pool, merging);
      const index = pools.findIndex((other) => subnetOf(other) === subnetOf(original));
      if (index >= 0) pools[index] = original;
      else pools.push(original);
    }
  }
  return listOf(base.position, pools);
}

function subnetOf(node: MapNode): string | undefined {
  const subnet = childOf(node, 'subnet');
  return subnet?.kind === 'scalar' ? String(subnet.value) : undefined;
}

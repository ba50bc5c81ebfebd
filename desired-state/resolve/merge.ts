// Lays the fields of one container over another's: an Agent's over its class's, a workload's over the defaults. Maps
// merge, lists replace; what Compose writes in two ways is one field here. Positions stay those of each value.

import type { MapEntry, MapNode, Node } from '../tree.ts';

/** Lists of KEY=VALUE that mean a map. */
const pairLists = new Set(['environment', 'labels', 'sysctls']);

/** Fields that say the same thing or exclude each other: writing one above takes the others below away. */
const rivals: readonly (readonly string[])[] = [
  ['network_mode', 'networks'],
  ['restart', 'deploy.restart_policy'],
  ['cpus', 'deploy.resources.limits.cpus'],
  ['mem_limit', 'deploy.resources.limits.memory'],
  ['pids_limit', 'deploy.resources.limits.pids'],
  ['mem_reservation', 'deploy.resources.reservations.memory'],
  ['probe.http', 'probe.tcp', 'probe.exec', 'probe.postgres', 'probe.redis'],
];

export function mergeContainers(below: MapNode, above: MapNode): MapNode {
  let base = below;
  for (const group of rivals) {
    if (!group.some((path) => has(above, path))) continue;
    for (const path of group) if (!has(above, path)) base = without(base, path.split('.'));
  }
  return mergeMaps(base, above);
}

function mergeMaps(below: MapNode, above: MapNode): MapNode {
  const entries = new Map<string, MapEntry>(below.entries);
  for (const [key, entry] of above.entries) {
    const under = entries.get(key);
    entries.set(key, under === undefined ? entry : { ...entry, value: merge(key, under.value, entry.value) });
  }
  return { ...above, entries };
}

function merge(key: string, below: Node, above: Node): Node {
  const [under, over] = pairLists.has(key) ? [pairsToMap(below), pairsToMap(above)] : [below, above];
  return under.kind === 'map' && over.kind === 'map' ? mergeMaps(under, over) : above;
}

function pairsToMap(node: Node): Node {
  if (node.kind !== 'list') return node;
  const entries = new Map<string, MapEntry>();
  for (const item of node.items) {
    if (item.kind !== 'scalar') return node;
    const split = item.source.indexOf('=');
    const key = split === -1 ? item.source : item.source.slice(0, split);
    const text = split === -1 ? null : item.source.slice(split + 1);
    const value: Node = { ...item, value: text, source: text ?? '', quoted: text !== null };
    entries.set(key, { key, keyPosition: item.position, value });
  }
  return { kind: 'map', entries, position: node.position };
}

function has(node: Node, path: string): boolean {
  let at: Node | undefined = node;
  for (const key of path.split('.')) at = at?.kind === 'map' ? at.entries.get(key)?.value : undefined;
  return at !== undefined;
}

function without(node: MapNode, [key = '', ...rest]: readonly string[]): MapNode {
  const entry = node.entries.get(key);
  if (entry === undefined) return node;
  const entries = new Map(node.entries);
  if (rest.length === 0) entries.delete(key);
  else if (entry.value.kind === 'map') entries.set(key, { ...entry, value: without(entry.value, rest) });
  return { ...node, entries };
}

// Fields that were extensions (`x-develop`) before Compose took them up: read under the name they have now, below what is
// written under it (loader/aliases.go of compose-go).

import type { MapNode, Node } from '../tree.ts';
import { mapAt, withEntry, withoutKey } from './edit.ts';
import { mergeTrees } from './merge/rules.ts';

/** From the outermost on. */
const aliases = [
  { parent: ['services', '*'], from: 'x-develop', to: 'develop' },
  { parent: ['services', '*', 'develop', 'watch', '*'], from: 'x-initialSync', to: 'initial_sync' },
];

export function promoteAliases(document: MapNode): MapNode {
  const done = aliases.reduce<Node>((tree, { parent, from, to }) => {
    return mapAt(tree, parent, (node) => {
      const old = node.kind === 'map' ? node.entries.get(from) : undefined;
      if (node.kind !== 'map' || old === undefined) return node;
      const own = node.entries.get(to)?.value;
      const value =
        own === undefined ? old.value : mergeTrees(old.value, own, ['services', '*', to], () => {});
      return withEntry(withoutKey(node, from), { ...old, key: to, value });
    });
  }, document);
  return done.kind === 'map' ? done : document;
}

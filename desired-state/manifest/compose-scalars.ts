// Where a manifest speaks Compose's language its plain scalars mean what they mean there: `0644` is 420, `1_000` is 1000.
// What is reeve's own is plain YAML.

import type { ManifestKind } from '../resource.ts';
import { childOf, type MapNode, type Node, withNodeAt } from '../tree.ts';
import { typeScalars } from '../yaml/go-types.ts';
import { agentKeys, ownKeys } from './own-fields.ts';

const kinds: ReadonlySet<ManifestKind> = new Set(['Service', 'AgentClass', 'Agent', 'Network', 'Volume']);

export function typedAsInCompose(kind: ManifestKind, spec: Node): Node {
  if (kinds.has(kind)) return withoutOwn(spec);
  const defaults = kind === 'Platform' ? childOf(spec, 'defaults') : undefined;
  return defaults === undefined ? spec : withNodeAt(spec, ['defaults'], withoutOwn(defaults));
}

function withoutOwn(node: Node): Node {
  if (node.kind !== 'map') return node;
  let typed: MapNode = node;
  for (const [key, entry] of node.entries) {
    const value = ownKeys.has(key) || agentKeys.has(key) ? entry.value : typeScalars(entry.value);
    if (value === entry.value) continue;
    typed = { ...typed, entries: new Map(typed.entries).set(key, { ...entry, value }) };
  }
  return typed;
}

// Labels: label files first, then `labels` over them.

import { parseDotenv } from '../dotenv.ts';
import type { MapNode } from '../tree.ts';
import { readBeside } from './env-file.ts';
import { fieldOf, reject, type Scope, take } from './scope.ts';
import { itemsOf, pairsOf, pairText, textOf } from './values.ts';

/** Labels by which reeve knows its containers. */
const ownPrefix = 'reeve.';

export function labelsOf(scope: Scope, node: MapNode): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const item of itemsOf(fieldOf(node, 'label_file'))) {
    const path = textOf(item);
    const text = path === undefined ? undefined : readBeside(scope, item, path);
    if (path === undefined || text === undefined) continue;
    const { values, diagnostics } = parseDotenv(text, path, (name) =>
      Object.hasOwn(labels, name) ? labels[name] : undefined,
    );
    scope.diagnostics.push(...diagnostics);
    for (const [key, value] of values) {
      labels[key] = value;
      scope.positions[`labels.${key}`] = item.position;
    }
  }
  for (const pair of pairsOf(scope, take(scope, node, 'labels', 'labels'))) {
    if (pair.key.startsWith(ownPrefix)) {
      reject(
        scope,
        pair.node,
        'ReservedLabel',
        `label "${pair.key}" is reeve's own`,
        'give it another prefix',
      );
      continue;
    }
    labels[pair.key] = pairText(pair) ?? '';
    scope.positions[`labels.${pair.key}`] = pair.node.position;
  }
  return labels;
}

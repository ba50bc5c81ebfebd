// Labels as text, from a map or from a list of KEY=value; numbers as they were written.

import type { Node } from '../tree.ts';

export function labelsOf(node: Node | undefined): Record<string, string> {
  const labels: Record<string, string> = {};
  if (node?.kind === 'map') {
    for (const { key, value } of node.entries.values()) {
      if (value.kind === 'scalar') labels[key] = value.value === null ? '' : value.source;
    }
  }
  if (node?.kind === 'list') {
    for (const item of node.items) {
      if (item.kind !== 'scalar') continue;
      const [key = '', ...rest] = item.source.split('=');
      labels[key] = rest.join('=');
    }
  }
  return labels;
}

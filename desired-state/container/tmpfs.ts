// The `tmpfs` field: TARGET[:OPTIONS], for example /run:size=64m,mode=1777.

import type { Mount } from '../resource.ts';
import type { Node, ScalarNode } from '../tree.ts';
import { present, reject, type Scope } from './scope.ts';
import { modeOf, sizeOf, textOf } from './values.ts';

/** What the engine sets on every tmpfs by itself. */
const engineDefaults = ['rw', 'noexec', 'nosuid', 'nodev'];

export function tmpfsMount(scope: Scope, node: Node): Mount | undefined {
  const text = textOf(node);
  if (text === undefined || node.kind !== 'scalar') return undefined;
  const at = text.indexOf(':');
  const target = at < 0 ? text : text.slice(0, at);
  const options = new Map<string, ScalarNode>();
  for (const option of at < 0 ? [] : text.slice(at + 1).split(',')) {
    const [name = '', ...rest] = option.split('=');
    const value = rest.join('=');
    if (engineDefaults.includes(option)) continue;
    if (name === 'size' || name === 'mode') options.set(name, { ...node, value, source: value });
    else {
      const message = `tmpfs option ${JSON.stringify(option)} is not supported, expected size=… or mode=…`;
      reject(scope, node, 'Unsupported', message);
    }
  }
  const tmpfsSizeBytes = sizeOf(scope, options.get('size'));
  const tmpfsMode = modeOf(scope, options.get('mode'));
  return { type: 'tmpfs', target, ...present({ tmpfsSizeBytes, tmpfsMode }) };
}
